// fastify-rooms as an application runs it: tokens verified, contract validated, presence, typing, history and offsets on.
import { once } from 'node:events'
import jwt from '@fastify/jwt'
import Fastify from 'fastify'
import { defineContract, rooms } from 'fastify-rooms'
import { z } from 'zod'
import { eventData } from '../event-data.mjs'
import { serveRounds } from '../tick-loop.mjs'

const [{ eventsPerTick, connections }] = await once(process, 'message')

const message = z.object({ id: z.string(), author: z.string(), text: z.string(), sentAt: z.number() })
const contract = defineContract({ chat: { access: 'authenticated', events: { message }, publish: { message: z.object({ text: z.string() }) } } })

const app = Fastify()
await app.register(jwt, { secret: 'only for this benchmark' })
await app.register(rooms, { contract, limits: { connectionsPerIp: connections } })
await app.listen({ host: '127.0.0.1', port: 0 })

const protocols = Array.from({ length: connections }, (_, n) => `rooms.v1, bearer.${app.jwt.sign({ sub: `user-${n}` }, { expiresIn: '1h' })}`)
let n = 0

serveRounds(() => Promise.all(Array.from({ length: eventsPerTick }, () => app.rooms.send('chat:bench', 'message', eventData(++n)))))
process.send({ type: 'listening', port: app.server.address().port, protocols })
