// A node of fastify-rooms on Redis as an application runs it: tokens verified, contract validated, presence, history,
// offsets and idempotency on.
import './json-calls.mjs'
import { once } from 'node:events'
import jwt from '@fastify/jwt'
import Fastify from 'fastify'
import { defineContract, rooms } from 'fastify-rooms'
import { redisBroker } from 'fastify-rooms/redis'
import { Redis } from 'ioredis'
import { eventData } from '../event-data.mjs'
import { message } from '../peers/schemas.mjs'
import { secret } from '../peers/token.mjs'
import { serveNode } from './serve-node.mjs'

const [{ redisPort, eventsPerTick, connections }] = await once(process, 'message')

const contract = defineContract({ chat: { access: 'authenticated', events: { message }, publish: { message } } })

const redis = new Redis(redisPort, '127.0.0.1')
const app = Fastify()
await app.register(jwt, { secret })
await app.register(rooms, { contract, broker: redisBroker(redis), limits: { connectionsPerIp: connections } })
await app.listen({ host: '127.0.0.1', port: 0 })

let n = 0

// Nobody awaits an event: a refused one is an unhandled rejection, which ends the process and the benchmark.
serveNode(async () => { await app.rooms.send('chat:bench', 'message', eventData(++n)) }, eventsPerTick, redis)
process.send({ type: 'listening', port: app.server.address().port })
