// One API node in a process of its own, for tests that kill it. Speaks with its parent by messages.
import jwt from '@fastify/jwt'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { rooms } from '../../dist/index.js'
import { redisBroker } from '../../dist/redis/index.js'
import { answered, membersOf } from '../support/patient-node.mjs'

const { redisPort, secret, presence } = JSON.parse(process.argv[2])
const app = Fastify()
await app.register(jwt, { secret })
const redis = new Redis(redisPort, { lazyConnect: true })
await app.register(rooms, { broker: redisBroker(redis), presence, limits: { connectionsPerIp: 10_000, messagesPerSecond: 1_000 } })
await app.listen({ host: '127.0.0.1', port: 0 })

await answered(() => app.rooms.ready())

process.on('message', async ({ ask, room }) => process.send({ answer: ask, users: (await membersOf(app.rooms, room)).map(({ user }) => user) }))
process.send({ port: app.server.address().port })
