import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { EventInput, KindOf, RoomName, SendName } from 'fastify-rooms'

/**
 * Tells a room what a request has just stored. It never fails because the broker is away: the change stands, and members
 * catch up when the broker returns.
 *
 * A conflict is no failure either. It means the room holds an event with this id already, and the row changed again
 * before the client's retry found it.
 */
export async function sendCommitted<N extends RoomName, E extends SendName<KindOf<N>>>(app: FastifyInstance, request: FastifyRequest, room: N, event: E, data: EventInput<KindOf<N>, E>): Promise<void> {
  try {
    await app.rooms.send(room, event, data, { id: request.rooms.id, from: request.user.sub, committed: true })
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'FST_ROOMS_CONFLICT') throw error
  }
}
