// Many members in a process of their own, on bare sockets: what they are sent is counted, and only one of them reads it all.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { FrameReader } from './frame-reader.mjs'

/** Connections being made at the same time. */
const AT_ONCE = 100
/** A message's end says how many are here. */
const TAIL_BYTES = 40

const { port, room, tokens } = await new Promise((resolve) => process.once('message', resolve))
const size = tokens.length
const members = []
const began = performance.now()
const startCpu = process.cpuUsage()
let arrived = 0
let informed = 0
let joinedMs = 0
const witness = new Set()

const left = [...tokens]
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  for (let token = left.shift(); token !== undefined; token = left.shift()) await arrive(token)
}))

/** Resolves once the member is in, at the second try where the broker was too slow for the first. */
async function arrive(token, first = members.length === 0) {
  const member = { reader: undefined, joined: false, informed: false, joinedBytes: 0 }
  members.push(member)
  const socket = connect({ port, host: '127.0.0.1' })
  socket.setNoDelay(true)
  socket.write([
    `GET /ws/${encodeURIComponent(room)} HTTP/1.1`, 'Host: 127.0.0.1', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`, `Sec-WebSocket-Protocol: rooms.v1, bearer.${token}`, '', '',
  ].join('\r\n'))
  await new Promise((resolve) => {
    socket.on('close', () => {
      if (member.joined) throw new Error('a member was closed')
      members.splice(members.indexOf(member), 1)
      resolve(arrive(token, first))
    })
    let head = Buffer.alloc(0)
    member.reader = new FrameReader((parts) => {
      if (!member.joined) lookForJoined(member, Buffer.concat(parts).toString(), resolve)
      if (first) witnessed(Buffer.concat(parts).toString())
      if (!member.informed && sizeIn(parts) === size) isInformed(member)
    })
    const handshake = (chunk) => {
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      if (!head.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(head.toString())
      socket.off('data', handshake)
      socket.on('data', (chunk) => member.reader.push(chunk))
      member.reader.push(head.subarray(end + 4))
    }
    socket.on('data', handshake)
  })
}

function lookForJoined(member, text, resolve) {
  const line = text.split('\n').find((line) => line.startsWith('{"type":"joined"'))
  if (line === undefined) return
  member.joined = true
  member.joinedBytes = Buffer.byteLength(line)
  if (++arrived === size) joinedMs = performance.now() - began
  if (!member.informed && JSON.parse(line).size === size) isInformed(member)
  resolve()
}

function sizeIn(parts) {
  let tail = parts.at(-1).subarray(-TAIL_BYTES)
  for (let i = parts.length - 2; i >= 0 && tail.length < TAIL_BYTES; i--) tail = Buffer.concat([parts[i].subarray(-TAIL_BYTES), tail])
  const found = /"size":(\d+)\}$/.exec(tail.toString('latin1'))
  return found === null ? undefined : Number(found[1])
}

function isInformed(member) {
  member.informed = true
  if (++informed === size) report()
}

/** The first to come folds everything it is told. */
function witnessed(text) {
  for (const line of text.split('\n')) {
    const frame = JSON.parse(line)
    if (frame.type === 'joined') for (const { user } of frame.members) witness.add(user)
    if (frame.type !== 'presence') continue
    for (const user of frame.left) witness.delete(user)
    for (const { user } of frame.joined) witness.add(user)
  }
}

function report() {
  const informedMs = performance.now() - began
  const { user, system } = process.cpuUsage(startCpu)
  process.send({ processorMs: (user + system) / 1_000, joinedMs, informedMs, witnessed: witness.size, members: members.map(({ reader, joinedBytes }) => ({ frames: reader.frames, bytes: reader.bytes, joinedBytes })) })
}
