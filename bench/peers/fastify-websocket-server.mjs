// @fastify/websocket as tutorials show it: a loop over the room's sockets that encodes for each. No authentication,
// nothing counted, nothing kept.
import { once } from 'node:events'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import { Members } from './members.mjs'
import { servePeer } from './serve-peer.mjs'
import { watchLoop } from './watch-loop.mjs'

const [setup] = await once(process, 'message')

const app = Fastify()
const members = new Members()
await app.register(websocket)
app.get('/ws', { websocket: true }, (socket, request) => {
  members.add(request.query.room, socket)
  socket.on('message', () => {})
})
await app.listen({ host: '127.0.0.1', port: 0, backlog: setup.backlog })

servePeer(setup, (room, data) => {
  for (const socket of members.of(room)) if (socket.readyState === 1) socket.send(JSON.stringify({ event: 'message', data }))
})
watchLoop()
process.send({ type: 'listening', port: app.server.address().port })
