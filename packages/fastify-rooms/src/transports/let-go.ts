import type { FastifyReply, FastifyRequest } from 'fastify'
import type { WebSocket, WebSocketServer } from 'ws'

const NOTHING = Buffer.alloc(0)
/** How @fastify/websocket calls the bytes that came with the head: others are the application's. */
const HEAD = 'ws-head'

/** Takes a socket out of the server's own, which its shutdown would close without a code: `Drain` says goodbye. */
export function disown({ clients }: WebSocketServer, socket: WebSocket): void {
  if (clients?.delete(socket) !== true) return
  // The server's, which would take it out at the end.
  offAlone(socket, 'close')
}

/** Takes off the only listener: where the application has added its own, nobody can tell which is which. */
function offAlone(socket: WebSocket, event: 'close' | 'error'): void {
  if (socket.listenerCount(event) === 1) socket.removeAllListeners(event)
}

/**
 * Lets go of what an upgrade leaves behind and nobody needs any more, which would be a fifth of an idle member's
 * memory: @fastify/websocket's listener for errors, which holds the reply and is replaced by ours; the response, which
 * nobody will write; and the bytes that came with the request's head. The request stays: `authenticate` is given it again.
 */
export function letGo(socket: WebSocket, { raw }: FastifyRequest, reply: FastifyReply | undefined, isTheirs: boolean): void {
  if (!isTheirs) offAlone(socket, 'error')
  // Whoever watches the response for its close, such as a tracer, is told as before.
  if (reply !== undefined && reply.raw.socket === raw.socket && reply.raw.listenerCount('close') === 0) reply.raw.detachSocket(raw.socket)
  const fields = raw as unknown as Record<symbol, unknown>
  for (const field of Object.getOwnPropertySymbols(raw)) if (field.description === HEAD && Buffer.isBuffer(fields[field])) fields[field] = NOTHING
}
