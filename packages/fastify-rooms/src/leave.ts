import { encodeFrame } from 'rooms-protocol'
import { roomRef } from './authorize.js'
import { tell } from './diagnostics.js'
import type { Membership } from './membership.js'

/** Takes a connection out of a room. Its presence ends after `graceMs`, so that a reload is no leave. */
export function leaveRoom(membership: Membership, graceMs: number): void {
  const { connection, room } = membership
  const { node } = connection
  if (!connection.memberships.delete(membership)) return
  room.remove(membership)
  const { user } = connection
  stopTyping(membership, user.id)
  if (membership.visible)
    node.link.endPresence(room.name, connection.id, graceMs).catch((error: unknown) => connection.log.warn({ err: error, room: room.name }, 'ending presence failed: its lease runs out by itself'))
  node.registry.release(room.name)
  if (node.hooks.has('onLeave')) node.hooks.notify('onLeave', { ...connection.session, room: roomRef(room.name) })
  tell('fastify-rooms:leave', () => ({ server: node.server, connection: connection.id, user: user.id, room: room.name }))
}

/** A typist who is gone is not typing. */
export function stopTyping(membership: Membership, user: string): void {
  if (!membership.typing) return
  membership.typing = false
  const room = membership.room.name
  membership.connection.node.broadcast(room, { kind: 'typing', user, on: false, frame: encodeFrame({ type: 'typing', room, user, on: false }) })
}
