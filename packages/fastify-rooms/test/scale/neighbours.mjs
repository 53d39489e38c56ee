// Members that read all they are sent, in a process of their own: how late each event was, and whether one was missing.
import { WebSocket } from 'ws'

const { port, room, tokens } = await new Promise((resolve) => process.once('message', resolve))
/** What is measured at present. */
let lates = []
let wanted = Infinity
let gaps = 0

await Promise.all(tokens.map((token) => new Promise((resolve) => {
  let last
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/${encodeURIComponent(room)}`, ['rooms.v1', `bearer.${token}`])
  socket.on('close', (code) => { throw new Error(`a neighbour was closed with ${code}`) })
  socket.on('message', (data) => {
    const now = Number(process.hrtime.bigint()) / 1e6
    for (const line of data.toString().split('\n')) {
      const frame = JSON.parse(line)
      if (frame.type === 'joined') resolve()
      if (frame.type !== 'event') continue
      if (last !== undefined && frame.offset !== last + 1) gaps++
      last = frame.offset
      lates.push(now - frame.data.sentAt)
    }
    if (lates.length >= wanted) report()
  })
})))

/** Events each of them is to hear. */
process.on('message', ({ events }) => {
  lates = []
  wanted = events * tokens.length
})
process.send({ ready: true })

function report() {
  const sorted = Float64Array.from(lates).sort()
  const part = (share) => sorted[Math.ceil(sorted.length * share) - 1]
  process.send({ median: part(0.5), p99: part(0.99), longest: sorted.at(-1), gaps, lates: [...sorted] })
  wanted = Infinity
}
