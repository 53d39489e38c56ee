// One API node in a process of its own, for tests that kill it. Speaks with its parent by messages.
import jwt from '@fastify/jwt'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { rooms } from '../../dist/index.js'
import { redisBroker } from '../../dist/redis/index.js'

const { redisPort, secret, presence } = JSON.parse(process.argv[2])
const app = Fastify()
await app.register(jwt, { secret })
const redis = new Redis(redisPort, { lazyConnect: true })
await app.register(rooms, { broker: redisBroker(redis), presence, limits: { connectionsPerIp: 10_000, messagesPerSecond: 1_000 } })
await app.listen({ host: '127.0.0.1', port: 0 })

process.on('message', async ({ ask, room }) => {
  const users = []
  for (let page = await app.rooms.members(room); page.length > 0; page = await app.rooms.members(room, { after: users.at(-1) })) users.push(...page.map(({ user }) => user))
  process.send({ answer: ask, users })
})
process.send({ port: app.server.address().port })
