// In the page: socket.io-client, fed with the frames its server sends: one for each event.
import './replace-socket.mjs'
import { io } from 'socket.io-client'
import { sockets } from './fake-socket.mjs'
import { expectEvents, feed, range } from './feed.mjs'

const events = expectEvents()
const client = io('http://localhost', { transports: ['websocket'] })
client.on('message', (data) => events.take(data))

let sent = 0
let socket

/** Completes the handshakes of both layers. */
globalThis.connect = async () => {
  while (sockets.length === 0) await new Promise((resolve) => { setTimeout(resolve, 10) })
  socket = sockets.at(-1)
  socket.open()
  socket.receive(`0${JSON.stringify({ sid: 'a', upgrades: [], pingInterval: 300_000, pingTimeout: 20_000, maxPayload: 1_000_000 })}`)
  await new Promise((resolve) => { setTimeout(resolve, 50) })
  const connected = new Promise((resolve) => { client.on('connect', resolve) })
  socket.receive(`40${JSON.stringify({ sid: 'b' })}`)
  await connected
}

/** One round; the milliseconds it took. */
globalThis.round = (count) => {
  const messages = range(sent, count).map((data) => `42${JSON.stringify(['message', data])}`)
  sent += count
  return feed(socket, messages, events.next(count))
}
