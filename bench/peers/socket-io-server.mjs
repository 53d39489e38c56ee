// Socket.IO, WebSocket only, with its memory adapter: no authentication, no offsets; with `recovery` its connection
// state recovery keeps what a client missed.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { message, order } from './schemas.mjs'
import { servePeer } from './serve-peer.mjs'
import { watchLoop } from './watch-loop.mjs'

const [setup] = await once(process, 'message')

const server = createServer()
// No ping falls into a round, so that every frame after the joins is an event.
const io = new Server(server, {
  transports: ['websocket'], serveClient: false, pingInterval: 300_000,
  ...(setup.recovery === true ? { connectionStateRecovery: { maxDisconnectionDuration: 120_000 } } : {}),
})
const counts = { connections: 0, recovered: 0 }
io.on('connection', (socket) => {
  counts.connections++
  socket.once('disconnect', () => counts.connections--)
  if (socket.recovered) counts.recovered++
  const { room } = socket.handshake.query
  void socket.join(room)
  socket.on('order', (data, ack) => {
    const checked = order.safeParse(data)
    ack(checked.success ? { result: { taken: checked.data.items.length } } : { error: checked.error.issues })
  })
  socket.on('message', (data, ack) => {
    const checked = message.safeParse(data)
    if (checked.success) io.to(room).emit('message', checked.data)
    ack(checked.success ? {} : { error: checked.error.issues })
  })
})
server.listen({ host: '127.0.0.1', port: 0, backlog: setup.backlog })
await once(server, 'listening')

servePeer(setup, (room, data) => io.to(room).emit('message', data))
watchLoop()
process.on('message', ({ type }) => { if (type === 'stats') process.send({ type, stats: counts }) })
process.send({ type: 'listening', port: server.address().port })
