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
