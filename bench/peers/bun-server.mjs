// Bun's own publish: topics, fan-out and sockets in native code. No authentication, nothing counted, nothing kept.
import { once } from 'node:events'
import { servePeer } from './serve-peer.mjs'

const [setup] = await once(process, 'message')

const server = globalThis.Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: (request, server) => (server.upgrade(request, { data: { room: new URL(request.url).searchParams.get('room') } }) ? undefined : new Response(null, { status: 426 })),
  websocket: {
    open: (socket) => { socket.subscribe(socket.data.room) },
    message() {},
  },
})

servePeer(setup, (room, data) => server.publish(room, JSON.stringify({ event: 'message', data })))
process.send({ type: 'listening', port: server.port })
