// The load generator of many rooms: each connection is a member of a block of them.
import { once } from 'node:events'
import { peers } from '../peers/peers.mjs'
import { Crowd } from './crowd.mjs'

const [{ quietMs = 1_000, peer, port, blocks, roomSize }] = await once(process, 'message')

const addresses = blocks.flatMap((_, block) => Array.from({ length: roomSize }, (_, n) => peers[peer].lobby(`member-${block}-${n}`)))
const crowd = await Crowd.connect({ port, groups: [{ room: '', count: addresses.length }], addresses })
for (const [index, client] of crowd.clients.entries()) {
  const block = blocks[Math.floor(index / roomSize)]
  if (block.length === 0) continue
  await new Promise((resolve) => {
    client.onData = () => { if (client.counter.objects > block.length) resolve() }
    client.sendAll(block.map((room) => JSON.stringify({ type: 'join', room })))
  })
}
for (const client of crowd.clients) client.onData = () => { crowd.lastArrival = performance.now() }
await crowd.quiet(quietMs)

const before = total()
let ticks = 0
let reporting = false
for (const client of crowd.clients) {
  client.onData = () => {
    crowd.lastArrival = performance.now()
    if (reporting) return
    reporting = true
    setImmediate(report)
  }
}
process.on('message', async ({ type }) => {
  if (type !== 'report') return
  await crowd.quiet(quietMs)
  process.send({ type, objects: total() - before })
})
process.once('disconnect', () => process.exit())
process.send({ type: 'ready' })

function total() {
  return crowd.clients.reduce((all, { counter }) => all + counter.objects, 0)
}

function report() {
  reporting = false
  const arrived = Math.floor((total() - before) / roomSize)
  if (arrived === ticks) return
  ticks = arrived
  process.send({ type: 'ticks', ticks })
}
