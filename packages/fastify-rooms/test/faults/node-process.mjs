// One node in a process of its own: arguments are the port of Redis and the events a room keeps; says its port to the parent.
import fastify from 'fastify'
import { Redis } from 'ioredis'
import { rooms } from 'fastify-rooms'
import { redisBroker } from 'fastify-rooms/redis'
import { answered } from '../support/patient-node.mjs'

const [redisPort, historySize] = process.argv.slice(2).map(Number)
const app = fastify()
await app.register(rooms, {
  broker: redisBroker(new Redis(redisPort, '127.0.0.1', { lazyConnect: true })),
  authenticate: async (_request, token) => ({ id: token }),
  history: { size: historySize },
  limits: { messagesPerSecond: 10_000 },
})
await app.listen({ port: 0, host: '127.0.0.1' })
await answered(() => app.rooms.ready())
process.send({ port: app.server.address().port })
process.on('disconnect', () => process.exit())
