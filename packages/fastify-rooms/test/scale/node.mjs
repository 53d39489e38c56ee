// One API node in a process of its own, which a test asks and tells by messages.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import jwt from '@fastify/jwt'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { rooms } from '../../dist/index.js'
import { redisBroker } from '../../dist/redis/index.js'
import { answered, membersOf } from '../support/patient-node.mjs'

const { secret, redisPort, options } = JSON.parse(process.argv[2])
const app = Fastify()
await app.register(jwt, { secret })
await app.register(rooms, {
  ...options,
  ...(redisPort === undefined ? {} : { broker: redisBroker(new Redis(redisPort, { lazyConnect: true })) }),
})
await app.listen({ host: '127.0.0.1', port: 0 })
await answered(() => app.rooms.ready())

const delay = monitorEventLoopDelay({ resolution: 10 })
let flow

const answers = {
  now: () => Date.now(),
  processorMs: () => (process.cpuUsage().user + process.cpuUsage().system) / 1_000,
  stats: () => ({ ...app.rooms.stats(), residentBytes: process.memoryUsage.rss() }),
  members: ({ room }) => membersOf(app.rooms, room),
  /** Starts measuring anew. */
  watchLoop: () => {
    delay.enable()
    delay.reset()
  },
  loopDelayMs: () => ({ p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 }),
  startFlow: (wanted) => { flow = sendSteadily(wanted) },
  takePeak: () => flow.takePeak(),
  endFlow: () => flow.end(),
}

/** A node that was held up goes on from there: what it owes would be a flood. */
const MOST_OWED_MS = 100

/** Events at a steady rate, each with the moment it was sent on a clock that runs alike in every process. */
function sendSteadily({ room, perSecond, padding }) {
  let last = performance.now()
  let due = 0
  const text = 'x'.repeat(padding)
  let sent = 0
  let peak = { bufferedBytes: 0, residentBytes: 0 }
  const timer = setInterval(() => {
    const now = performance.now()
    due += (Math.min(now - last, MOST_OWED_MS) / 1_000) * perSecond
    last = now
    for (; sent < due; sent++) void app.rooms.send(room, 'tick', { sentAt: Number(process.hrtime.bigint()) / 1e6, text })
    peak = { bufferedBytes: Math.max(peak.bufferedBytes, app.rooms.stats().bufferedBytes), residentBytes: Math.max(peak.residentBytes, process.memoryUsage.rss()) }
  }, 5)
  return {
    /** The most since it was asked before. */
    takePeak() {
      const taken = peak
      peak = { bufferedBytes: 0, residentBytes: 0 }
      return taken
    },
    end: () => clearInterval(timer),
  }
}

process.on('message', async ({ ask, what, ...rest }) => process.send({ answer: ask, value: await answers[what](rest) }))
// A deploy: everybody is sent away, and nothing keeps the process.
process.once('SIGTERM', async () => {
  await app.close()
  process.disconnect()
})
process.send({ port: app.server.address().port })
