// The load generator of publishes: each client keeps a few on their way, and sends the next when one is answered.
import { once } from 'node:events'
import { messagesOf, orderFrame } from '../publish/frames.mjs'
import { Crowd } from './crowd.mjs'

/** `answers` is how many objects come back to a room for one publish; `window` how many of each client's are on their way; `apart` sends each in a message of its own. */
const [{ quietMs = 500, answers, window, kind, apart, ...setup }] = await once(process, 'message')

const crowd = await Crowd.connect(setup)
await crowd.quiet(quietMs)
let running = false
let published = 0
let answered = 0
let done = () => {}

/** Members of a room hear each other, so publishes are counted by room, and its members publish in turn. */
const rooms = crowd.groups.map((clients, room) => {
  let objects = 0
  let publisher = 0
  let count = 0
  const publish = (many) => {
    published += many
    const shares = clients.map(() => [])
    for (let n = 0; n < many; n++) shares[publisher++ % clients.length].push(orderFrame(setup.peer, kind, room, ++count))
    for (const [at, frames] of shares.entries()) if (frames.length > 0) clients[at].sendAll(apart ? frames : messagesOf(setup.peer, frames))
  }
  for (const client of clients) {
    let before = client.counter.objects
    client.onData = () => {
      objects += client.counter.objects - before
      before = client.counter.objects
      const fresh = Math.floor(objects / answers)
      if (fresh === 0) return
      objects -= fresh * answers
      answered += fresh
      if (running) publish(fresh)
      else if (answered === published) done()
    }
  }
  return () => publish(window * clients.length)
})
process.on('message', async ({ type, ms }) => {
  if (type !== 'publish') return
  const before = answered
  running = true
  const started = performance.now()
  for (const begin of rooms) begin()
  await new Promise((resolve) => { setTimeout(resolve, ms) })
  running = false
  await new Promise((resolve) => { done = resolve })
  process.send({ type, count: answered - before, ms: performance.now() - started })
})
process.once('disconnect', () => process.exit())
process.send({ type: 'ready' })
