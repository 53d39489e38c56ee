// The load generator: many raw WebSocket clients in one process. They count what arrives and decode nothing, so that
// the server and not its clients is what a round measures.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { cpuMs, sharedClockMs } from './clocks.mjs'
import { FrameCounter } from './frame-counter.mjs'

/** The room is settled when nothing arrived for this long. */
const QUIET_MS = 500
const CONNECTING_AT_ONCE = 50
/** How much of what came last is shown when a server closes a connection. */
const SAID_BYTES = 300
const END_OF_HEAD = '\r\n\r\n'

/** `hello` is the text that each client sends first, for protocols that ask for one. */
const [{ port, path, protocols, eventsPerTick, hello }] = await once(process, 'message')
const objectsPerTick = protocols.length * eventsPerTick

const counters = []
let total = 0
let lastArrival = 0
/** Objects counted before the round, joins and presence among them; `null` until then. */
let before = null
let ticks = 0
/** When each object came, per connection, in milliseconds of the clock that all processes share; `null` unless asked for. */
let arrivals = null

for (let at = 0; at < protocols.length; at += CONNECTING_AT_ONCE) await Promise.all(protocols.slice(at, at + CONNECTING_AT_ONCE).map(open))
await quiet()
const start = counters.map(({ objects, frames, bytes }) => ({ objects, frames, bytes }))
before = total
process.send({ type: 'ready' })

process.on('message', async ({ type }) => {
  switch (type) {
    case 'usage': return process.send({ type, cpuMs: cpuMs() })
    case 'note arrivals': {
      arrivals = counters.map(() => [])
      return process.send({ type: 'noting' })
    }
    case 'arrivals': {
      await quiet()
      return process.send({ type, arrivals })
    }
    case 'report': {
      await quiet()
      const received = counters.map((counter, index) => counter.objects - start[index].objects)
      const sum = (field) => counters.reduce((all, counter, index) => all + counter[field] - start[index][field], 0)
      return process.send({ type: 'received', least: Math.min(...received), most: Math.max(...received), frames: sum('frames'), bytes: sum('bytes') })
    }
  }
})

process.once('disconnect', () => process.exit())

async function open(protocol) {
  const socket = connect(port, '127.0.0.1')
  const head = ['GET', path, 'HTTP/1.1'].join(' ')
  const fields = [`Host: 127.0.0.1:${port}`, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`]
  if (protocol !== '') fields.push(`Sec-WebSocket-Protocol: ${protocol}`)
  socket.write([head, ...fields].join('\r\n') + END_OF_HEAD)

  let answer = Buffer.alloc(0)
  while (!answer.includes(END_OF_HEAD)) {
    const [chunk] = await once(socket, 'data')
    socket.pause()
    answer = Buffer.concat([answer, chunk])
    if (!answer.includes(END_OF_HEAD)) socket.resume()
  }
  if (!answer.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(`the server refused the upgrade: ${answer.toString('latin1', 0, 200)}`)

  if (hello !== undefined) socket.write(maskedFrame(hello))

  const counter = new FrameCounter()
  const index = counters.push(counter) - 1
  let newest = Buffer.alloc(0)
  const count = (chunk) => {
    newest = chunk
    const objects = counter.objects
    counter.push(chunk)
    total += counter.objects - objects
    lastArrival = performance.now()
    if (before !== null) report()
    if (arrivals !== null) for (let n = objects; n < counter.objects; n++) arrivals[index].push(sharedClockMs())
  }
  count(answer.subarray(answer.indexOf(END_OF_HEAD) + END_OF_HEAD.length))
  socket.on('data', count)
  socket.once('close', () => { throw new Error(`the server closed a connection, saying ${newest.toString('latin1').slice(-SAID_BYTES)}`) })
  socket.resume()
}

/** Tells how many whole ticks arrived: the server sends only so far ahead of it. */
function report() {
  const arrived = Math.floor((total - before) / objectsPerTick)
  if (arrived === ticks) return
  ticks = arrived
  process.send({ type: 'ticks', ticks })
}

async function quiet() {
  lastArrival = performance.now()
  while (performance.now() - lastArrival < QUIET_MS) await delay(QUIET_MS / 5)
}

/** A short text frame as a client must send it; the mask is all zeros. */
function maskedFrame(text) {
  const payload = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload])
}
