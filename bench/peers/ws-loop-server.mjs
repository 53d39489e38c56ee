// What most careful teams write: a set of sockets per room and a loop over it; each event is encoded once and sent to
// each member by itself. No authentication, nothing counted, nothing kept.
import { once } from 'node:events'
import { WebSocketServer } from 'ws'
import { Members } from './members.mjs'
import { servePeer } from './serve-peer.mjs'
import { watchLoop } from './watch-loop.mjs'

const [setup] = await once(process, 'message')

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, backlog: setup.backlog })
const members = new Members()
server.on('connection', (socket, request) => {
  members.add(new URL(request.url, 'ws://localhost').searchParams.get('room'), socket)
  socket.on('message', () => {})
})
await once(server, 'listening')

servePeer(setup, (room, data) => {
  const text = JSON.stringify({ event: 'message', data })
  for (const socket of members.of(room)) if (socket.readyState === socket.OPEN) socket.send(text)
})
watchLoop()
process.send({ type: 'listening', port: server.address().port })
