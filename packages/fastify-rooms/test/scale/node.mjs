// One API node in a process of its own, which a test asks and tells by messages.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import jwt from '@fastify/jwt'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { rooms } from '../../dist/index.js'
import { redisBroker } from '../../dist/redis/index.js'

const { secret, redisPort, options } = JSON.parse(process.argv[2])
const app = Fastify()
await app.register(jwt, { secret })
await app.register(rooms, {
  ...options,
  ...(redisPort === undefined ? {} : { broker: redisBroker(new Redis(redisPort, { lazyConnect: true })) }),
})
await app.listen({ host: '127.0.0.1', port: 0 })

const delay = monitorEventLoopDelay({ resolution: 10 })
let flow

const answers = {
  now: () => Date.now(),
  processorMs: () => (process.cpuUsage().user + process.cpuUsage().system) / 1_000,
  stats: () => ({ ...app.rooms.stats(), residentBytes: process.memoryUsage.rss() }),
  async members({ room }) {
    const members = []
    for (let page = await app.rooms.members(room); page.length > 0; page = await app.rooms.members(room, { after: members.at(-1).user })) members.push(...page)
    return members
  },
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

/** Events at a steady rate, each with the moment it was sent on a clock that runs alike in every process. */
function sendSteadily({ room, perSecond, padding }) {
  const began = performance.now()
  const text = 'x'.repeat(padding)
  let sent = 0
  let peak = { bufferedBytes: 0, residentBytes: 0 }
  const timer = setInterval(() => {
    const due = ((performance.now() - began) / 1_000) * perSecond
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
process.send({ port: app.server.address().port })
