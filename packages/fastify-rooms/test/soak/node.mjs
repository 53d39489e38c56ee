// One of the soak's nodes, in a process of its own. What nobody catches is told, and its heap after a collection.
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { rooms } from '../../dist/index.js'
import { redisBroker } from '../../dist/redis/index.js'
import { answered, membersOf } from '../support/patient-node.mjs'

const { redisPort, historySize } = JSON.parse(process.argv[2])
const faults = []
for (const name of ['unhandledRejection', 'uncaughtException']) process.on(name, (error) => faults.push(`${name}: ${error?.stack ?? error}`))
const app = Fastify()
await app.register(rooms, {
  broker: redisBroker(new Redis(redisPort, '127.0.0.1', { lazyConnect: true })),
  authenticate: async (_request, token) => ({ id: token }),
  history: { size: historySize },
  limits: { messagesPerSecond: 10_000, connectionsPerIp: 10_000, connectionsPerUser: 100 },
})
await app.listen({ port: 0, host: '127.0.0.1' })
await answered(() => app.rooms.ready())

const answers = {
  faults: () => faults.slice(0, 3),
  heapBytes() {
    for (let i = 0; i < 3; i++) globalThis.gc()
    return process.memoryUsage().heapUsed
  },
  members: async ({ room }) => (await membersOf(app.rooms, room)).map(({ user }) => user),
}
process.on('message', async ({ ask, what, ...rest }) => {
  try {
    process.send({ answer: ask, value: await answers[what](rest) })
  } catch (error) {
    process.send({ answer: ask, failed: String(error) })
  }
})
const endWithTest = () => process.exit()
process.on('disconnect', endWithTest)
// A deploy: everybody is sent away, and nothing keeps the process.
process.once('SIGTERM', async () => {
  await app.close()
  process.off('disconnect', endWithTest)
  process.disconnect()
})
process.send({ port: app.server.address().port })
