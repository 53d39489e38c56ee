import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import type { FastifyInstance } from 'fastify'

/** How long a socket may go on to say nothing once the server closes. */
const PATIENCE_MS = 1_000

/**
 * Keeps who says nothing from holding up the end: Node's `close` waits for sockets that have not sent the whole head of
 * a request, such as those that browsers open in advance, until `headersTimeout`. Returns how to begin to end them.
 */
export function endSilentSockets({ server, initialConfig }: FastifyInstance): () => void {
  // HTTP/2 has sessions, which Fastify ends.
  if (initialConfig.http2 === true) return () => {}
  const silent = new Set<Socket>()
  const requests = new WeakMap<Socket, number>()
  // One for all sockets, and none on those that became WebSockets: a closure would be memory of every idle member.
  const forget = function (this: Socket): void { silent.delete(this) }
  const listen = (socket: Socket): void => {
    if (socket.destroyed) return
    silent.add(socket)
    socket.once('close', forget)
  }
  const spoke = (socket: Socket): void => {
    if (silent.delete(socket)) socket.off('close', forget)
  }
  // Below TLS a socket is another object, which nothing tells to be this one: a handshake that does not end is `handshakeTimeout`'s.
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', listen)
  server.on('upgrade', ({ socket }: IncomingMessage) => spoke(socket))
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    spoke(socket)
    requests.set(socket, (requests.get(socket) ?? 0) + 1)
    response.once('close', () => {
      const left = requests.get(socket)! - 1
      requests.set(socket, left)
      if (left === 0) listen(socket)
    })
  })
  return () => {
    const ender = setInterval(() => { for (const socket of silent) socket.destroy() }, PATIENCE_MS).unref()
    server.once('close', () => clearInterval(ender))
  }
}
