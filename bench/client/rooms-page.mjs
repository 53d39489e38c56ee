// In the page: the client of react-rooms, fed with batches as a room sends them.
import { createRoomsClient } from 'react-rooms/client'
import { FakeSocket, sockets } from './fake-socket.mjs'
import { expectEvents, feed, range } from './feed.mjs'

const ROOM = 'chat:bench'
const BATCH = 20
const events = expectEvents()
const client = createRoomsClient({ url: 'http://localhost', WebSocket: FakeSocket, getToken: () => 'token' })
client.room(ROOM).on('message', (data) => events.take(data))

let offset = 0
let socket

/** Joins the room. */
globalThis.connect = async () => {
  while (sockets.length === 0) await new Promise((resolve) => { setTimeout(resolve, 10) })
  socket = sockets.at(-1)
  socket.open()
  const limits = { messageBytes: 65_536, batchBytes: 262_144, messagesPerSecond: 50, rooms: 100, members: 200, stateBytes: 1_024 }
  socket.receive(JSON.stringify({ type: 'welcome', protocol: 'rooms.v1', connection: 'c'.repeat(22), user: 'ana', now: Date.now(), pingMs: 25_000, limits, features: [] }))
  await new Promise((resolve) => { setTimeout(resolve, 50) })
  socket.receive(JSON.stringify({ type: 'joined', room: ROOM, position: 'e:0:-', replay: 0, members: [], size: 0, typing: [], grants: { publish: [], signal: [], presence: true, history: true } }))
}

/** One round; the milliseconds it took. */
globalThis.round = (count) => {
  const texts = range(offset, count).map((data) => {
    offset++
    return JSON.stringify({ type: 'event', room: ROOM, event: 'message', data, offset, tag: `t${String(offset).padStart(7, '0')}`, at: 1_760_000_000_000, id: `i${offset}` })
  })
  const messages = Array.from({ length: Math.ceil(count / BATCH) }, (_, n) => texts.slice(n * BATCH, (n + 1) * BATCH).join('\n'))
  return feed(socket, messages, events.next(count))
}
