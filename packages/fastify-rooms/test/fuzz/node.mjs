// The node under attack, in a process of its own: says what came up uncaught, what it logged as an error, and its heap after a collection.
import { Writable } from 'node:stream'
import jwt from '@fastify/jwt'
import Fastify from 'fastify'
import { z } from 'zod'
import { rooms } from '../../dist/index.js'

const { secret, limits } = JSON.parse(process.argv[2])
const faults = []
for (const name of ['unhandledRejection', 'uncaughtException']) process.on(name, (error) => faults.push(`${name}: ${error?.stack ?? error}`))
const stream = new Writable({
  write(line, _encoding, done) {
    // A broken frame is its sender's fault; ws has named it and ended the connection.
    if (!JSON.parse(line).err?.code?.startsWith('WS_ERR_')) faults.push(line.toString().slice(0, 600))
    done()
  },
})
const app = Fastify({ logger: { level: 'error', stream } })
await app.register(jwt, { secret })
const text = z.object({ text: z.string().max(1_000) })
await app.register(rooms, {
  limits,
  history: { size: 50, ttlMs: 1_000 },
  presence: { leaseMs: 2_000, renewMs: 500, graceMs: 100 },
  contract: {
    feed: { access: 'authenticated', presence: 'off', events: { tick: z.any() } },
    chat: { access: 'authenticated', events: { message: text }, publish: { message: text, asked: z.any() }, signals: { cursor: z.any() }, state: z.any() },
    user: { access: 'owner', events: { note: z.any() } },
  },
})
app.rooms.handle('chat', 'asked', ({ data }) => data)
await app.listen({ host: '127.0.0.1', port: 0 })

const answers = {
  faults: () => faults.slice(0, 3),
  connections: () => app.rooms.stats().connections,
  heapBytes() {
    for (let i = 0; i < 3; i++) globalThis.gc()
    return process.memoryUsage().heapUsed
  },
  startFlow({ room, perSecond }) {
    const began = performance.now()
    let sent = 0
    setInterval(() => {
      const due = ((performance.now() - began) / 1_000) * perSecond
      for (; sent < due; sent++) void app.rooms.send(room, 'tick', { sentAt: Number(process.hrtime.bigint()) / 1e6 })
    }, 5)
  },
}
process.on('message', ({ ask, what, ...rest }) => process.send({ answer: ask, value: answers[what](rest) ?? null }))
process.on('disconnect', () => process.exit())
process.send({ port: app.server.address().port })
