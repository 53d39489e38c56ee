import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify'
import type { Rooms } from './rooms-api.js'

/** `Rooms-Position: room=position`; a client applies only events after it. */
export const POSITION_HEADER = 'Rooms-Position'
const EXPOSE = 'access-control-expose-headers'

/** Stamps the answers of routes with `config.rooms.position`. The position is read before the handler reads its data, so nothing falls between. */
export function stampPositions(fastify: FastifyInstance, rooms: Pick<Rooms, 'position'>): void {
  const stamps = new WeakMap<FastifyRequest, string>()
  const read: preHandlerHookHandler = async (request) => {
    const position = request.routeOptions.config.rooms?.position
    if (position === undefined) return
    const room = typeof position === 'function' ? position(request as Parameters<typeof position>[0]) : position
    try {
      stamps.set(request, `${room}=${await rooms.position(room)}`)
    } catch (error) {
      request.log.warn({ err: error, room }, 'the position could not be read: the answer goes without')
    }
  }
  fastify.addHook('onRoute', (route) => {
    if (route.config?.rooms?.position === undefined) return
    route.preHandler = [read, ...[route.preHandler ?? []].flat()] as preHandlerHookHandler[]
  })
  fastify.addHook('onSend', async (request, reply) => {
    const stamp = stamps.get(request)
    if (stamp === undefined || reply.statusCode < 200 || reply.statusCode >= 300) return
    reply.header(POSITION_HEADER, stamp)
    expose(reply)
  })
}

/** Browsers hide headers of other origins that are not listed. */
function expose(reply: FastifyReply): void {
  const listed = [reply.getHeader(EXPOSE) ?? []].flat().join(', ')
  if (!listed.toLowerCase().includes(POSITION_HEADER.toLowerCase())) reply.header(EXPOSE, listed === '' ? POSITION_HEADER : `${listed}, ${POSITION_HEADER}`)
}
