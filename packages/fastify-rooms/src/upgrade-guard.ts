import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'

const PLAIN = Symbol('registered without websocket')

/**
 * Refuses upgrades on routes that are no WebSocket: @fastify/websocket would answer 101 and then an empty close,
 * after which a client retries for ever. The application's own WebSocket routes are left alone.
 */
export function guardUpgrades(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    const { websocket, wsHandler } = route as { websocket?: boolean; wsHandler?: unknown }
    if (websocket !== true && wsHandler === undefined) route.config = { ...route.config, [PLAIN]: true } as NonNullable<typeof route.config>
  })
  fastify.addHook('onRequest', async (request, reply) => {
    if (request.ws === true && (request.routeOptions.config as { [PLAIN]?: boolean } | undefined)?.[PLAIN] === true)
      return reply.code(400).send({ statusCode: 400, error: 'Bad Request', message: 'no WebSocket here: rooms are at /ws and /ws/:room' })
    return undefined
  })
}

/**
 * Ends upgrades that nobody completes: none of Node's time-outs apply to them, a hook of the application may hang, and
 * Fastify's answer to a malformed URL runs no hook that would destroy the socket. Returns how to end them all.
 */
export function endStrandedUpgrades(fastify: FastifyInstance, ms: number): () => void {
  const pending = new Map<IncomingMessage, () => void>()
  const sockets = new Set<Duplex>()
  let closing = false
  fastify.server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    // Fastify has answered 503 already, without the hook that would end the socket.
    if (closing) return void (socket as Socket).destroySoon()
    const deadline = setTimeout(() => socket.destroy(), ms).unref()
    const over = (): void => {
      clearTimeout(deadline)
      pending.delete(request)
      sockets.delete(socket)
      socket.off('close', over)
    }
    pending.set(request, over)
    sockets.add(socket)
    socket.once('close', over)
  })
  fastify.websocketServer.on('connection', (_socket, request) => pending.get(request)?.())
  return () => {
    closing = true
    for (const socket of sockets) socket.destroy()
  }
}
