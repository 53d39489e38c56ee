// The load generator of publishes: each client keeps a few on their way, and sends the next when one is answered.
import { once } from 'node:events'
import { orderFrame } from '../publish/frames.mjs'
import { Crowd } from './crowd.mjs'

/** `answers` is how many objects come back for one publish; `window` how many publishes of a client are on their way. */
const [{ quietMs = 500, answers, window, kind, ...setup }] = await once(process, 'message')

const crowd = await Crowd.connect(setup)
await crowd.quiet(quietMs)
let running = false
let published = 0
let answered = 0
let done = () => {}

for (const [index, client] of crowd.clients.entries()) {
  let objects = client.counter.objects
  let count = 0
  client.publish = (many) => {
    published += many
    client.sendAll(Array.from({ length: many }, () => orderFrame(setup.peer, kind, index, ++count)))
  }
  client.onData = () => {
    const fresh = Math.floor((client.counter.objects - objects) / answers)
    if (fresh === 0) return
    objects += fresh * answers
    answered += fresh
    crowd.lastArrival = performance.now()
    if (running) client.publish(fresh)
    else if (answered === published) done()
  }
}
process.on('message', async ({ type, ms }) => {
  if (type !== 'publish') return
  const before = answered
  running = true
  const started = performance.now()
  for (const client of crowd.clients) client.publish(window)
  await new Promise((resolve) => { setTimeout(resolve, ms) })
  running = false
  await new Promise((resolve) => { done = resolve })
  process.send({ type, count: answered - before, ms: performance.now() - started })
})
process.once('disconnect', () => process.exit())
process.send({ type: 'ready' })
