// fastify-rooms as an application runs it: tokens verified, contract validated, presence, typing, history, offsets,
// heartbeat and limits on.
import { once } from 'node:events'
import jwt from '@fastify/jwt'
import Fastify from 'fastify'
import { defineContract, memoryBroker, rooms } from 'fastify-rooms'
import { redisBroker } from 'fastify-rooms/redis'
import { Redis } from 'ioredis'
import { countReads } from './count-reads.mjs'
import { message, order } from './schemas.mjs'
import { secret } from './token.mjs'
import { servePeer } from './serve-peer.mjs'
import { watchLoop } from './watch-loop.mjs'

const [setup] = await once(process, 'message')

const contract = defineContract({
  chat: { access: 'authenticated', events: { message }, publish: { message, order }, ...(setup.presence === undefined ? {} : { presence: setup.presence }) },
})
const shared = setup.redisPort === undefined ? memoryBroker() : redisBroker(new Redis(setup.redisPort, '127.0.0.1'))
const { broker, reads } = setup.countReads === true ? countReads(shared) : { broker: shared, reads: null }
const app = Fastify()
await app.register(jwt, { secret })
// All clients share one address and publish as fast as they can: these two limits are kept, but high.
await app.register(rooms, { contract, broker, limits: { connectionsPerIp: 100_000, messagesPerSecond: 1_000_000 } })
app.rooms.handle('chat', 'order', ({ data }) => ({ taken: data.items.length }))
await app.listen({ host: '127.0.0.1', port: 0, backlog: setup.backlog })

// Nobody awaits an event: a refused one is logged, and missing where the members are counted.
servePeer(setup, (room, data) => app.rooms.send(room, 'message', data))
watchLoop()
process.on('message', async ({ type }) => {
  if (type === 'stats') process.send({ type, stats: app.rooms.stats(), reads: reads?.count })
  else if (type === 'positions') process.send({ type, positions: Object.fromEntries(await Promise.all(setup.rooms.map(async (room) => [room, await app.rooms.position(room)]))) })
})
process.send({ type: 'listening', port: app.server.address().port })
