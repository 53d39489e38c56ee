import websocket from '@fastify/websocket'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import type {} from './augment.js'
import { RoomsRegisteredError } from './errors.js'
import { resolveOptions, type RoomsOptions } from './options.js'
import { stampPositions } from './position-header.js'
import { redactTokens } from './redact.js'
import { decorateRequests } from './request-rooms.js'
import { RoomsDecorator, typedRooms } from './rooms.js'
import { RoomsNode } from './rooms-node.js'
import { endSilentSockets } from './silent-sockets.js'
import { httpTransport } from './transports/http.js'
import { pollTransport } from './transports/poll.js'
import { sseTransport } from './transports/sse.js'
import { chooseProtocol, websocketTransport } from './transports/websocket.js'
import { endStrandedUpgrades, guardUpgrades } from './upgrade-guard.js'

/** How long a socket of the application has to answer a close; ws waits 30 s by default. */
const CLOSE_MS = 2_000

/** Servers that have rooms already: a second registration in a sibling scope would give each upgrade two listeners. */
const registered = new WeakSet<object>()

/**
 * Adds authenticated rooms at `/ws/:room` and `fastify.rooms`.
 * Fails at boot with `FST_ROOMS_OPTIONS` or `FST_ROOMS_REGISTERED`.
 *
 * @example
 * await app.register(jwt, { secret })
 * await app.register(rooms, { contract })                                    // one node
 * await app.register(rooms, { contract, broker: redisBroker(app.redis) })    // many, over fastify-rooms/redis
 * await app.register(rooms, { contract, authenticate })                      // without @fastify/jwt
 */
export const rooms: FastifyPluginAsync<RoomsOptions> = fp(
  async (fastify: FastifyInstance, given: RoomsOptions) => {
    if (registered.has(fastify.server)) throw new RoomsRegisteredError()
    registered.add(fastify.server)
    const node = await RoomsNode.open(fastify, resolveOptions(given))
    const isTheirs = await useWebsocket(fastify, node)
    const decorator = new RoomsDecorator(node)
    fastify.decorate('rooms', typedRooms(decorator))
    decorateRequests(fastify, node)
    redactTokens(fastify)
    guardUpgrades(fastify)
    const endStranded = endStrandedUpgrades(fastify, node.options.limits.unauthenticatedMs)
    const endSilent = endSilentSockets(fastify)
    stampPositions(fastify, fastify.rooms)
    websocketTransport(fastify, node, isTheirs)
    sseTransport(fastify, node)
    pollTransport(fastify, node)
    httpTransport(fastify, node)
    fastify.addHook('onReady', async () => decorator.becomeReady())
    fastify.addHook('preClose', async () => {
      await node.drain.start()
      endStranded()
      endSilent()
    })
    fastify.addHook('onClose', () => node.close())
  },
  { fastify: '5.x', name: 'fastify-rooms' },
)

/** Registers @fastify/websocket, or uses the application's own registration: true where it does. */
async function useWebsocket(fastify: FastifyInstance, node: RoomsNode): Promise<boolean> {
  const { batchBytes } = node.options.limits
  if (fastify.hasDecorator('websocketServer')) {
    const { options } = fastify.websocketServer
    options.handleProtocols ??= chooseProtocol
    fastify.log.warn({ maxPayload: options.maxPayload }, `using the application's @fastify/websocket: its maxPayload is shared, set it to limits.batchBytes (${batchBytes})`)
    return true
  }
  // A variable, because ws' types do not know closeTimeout yet.
  const options = { maxPayload: batchBytes, perMessageDeflate: false, handleProtocols: chooseProtocol, closeTimeout: CLOSE_MS }
  await fastify.register(websocket, {
    options,
    // A broken frame is the client's doing and has its info line; by default anyone could fill the log with errors.
    errorHandler: (error, socket, request) => {
      if (!String((error as { code?: unknown }).code).startsWith('WS_ERR_')) request.log.error(error)
      socket.terminate()
    },
    preClose: (done) => {
      // Ours are not among them; these are the application's own sockets on the server we registered.
      for (const socket of fastify.websocketServer.clients) socket.close(1001, 'the server is closing')
      fastify.websocketServer.close()
      done()
    },
  })
  return false
}
