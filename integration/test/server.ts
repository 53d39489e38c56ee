import type { AddressInfo, Socket } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { type RoomsOptions, rooms } from 'fastify-rooms'
import { onTestFinished } from 'vitest'

/** The ways in, by the first part of their paths. */
export type Route = 'ws' | 'sse' | 'poll' | 'rooms'

/** A server behind a network that can be cut, and a proxy that can block ways in. */
export interface Server {
  readonly app: FastifyInstance
  readonly url: string
  /** Answered 502, as a proxy does that does not know what to do with them. */
  readonly blocked: Set<Route>
  /** Requests so far, by way in. */
  readonly requests: Map<Route, number>
  /** Ends every connection without a word. */
  cut(): void
}

/** Listens on a free port, or on one given; closed when the test ends. Whoever asks is who the token says. @param prepare runs before it is ready. */
export async function startServer(options: RoomsOptions = {}, prepare: (app: FastifyInstance) => void = () => {}, atPort = 0): Promise<Server> {
  const app = fastify({ forceCloseConnections: true })
  onTestFinished(() => app.close())
  const blocked = new Set<Route>()
  const requests = new Map<Route, number>()
  const sockets = new Set<Socket>()
  app.server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  app.addHook('onRequest', async (request, reply) => {
    const route = request.url.split(/[/?]/)[1] as Route
    requests.set(route, (requests.get(route) ?? 0) + 1)
    if (blocked.has(route)) return reply.code(502).send('<html>Bad Gateway</html>')
    return undefined
  })
  await app.register(rooms, { authenticate: async (_request, token) => (token === null ? null : { id: token }), ...options })
  prepare(app)
  await app.listen({ host: '127.0.0.1', port: atPort })
  const { port } = app.server.address() as AddressInfo
  return {
    app, blocked, requests,
    url: `http://127.0.0.1:${port}`,
    cut() {
      for (const socket of sockets) socket.destroy()
    },
  }
}
