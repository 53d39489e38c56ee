import { CloseCode, retryOf } from 'rooms-protocol'
import { roomRef } from './authorize.js'
import type { Connection } from './connection.js'
import { leaveRoom } from './leave.js'

/** Asks again whether a connection's user may be in a room: the answer replaces its grants, or ends its membership. */
export async function recheck(connection: Connection, room: string): Promise<void> {
  const membership = connection.memberships.get(room)
  if (membership === undefined) return
  const answer = await connection.node.authorizer.ask(connection.user, roomRef(room), membership.room.rules, 'join')
  if (connection.closed || connection.memberships.get(room) !== membership) return
  if (answer === false) removeFrom(connection, room, CloseCode.forbidden, 'you may not be in this room any more')
  else membership.grants = answer === true ? null : answer
}

/** Takes a connection out of a room against its will. One that serves only that room is closed. */
export function removeFrom(connection: Connection, room: string, code: CloseCode, reason: string): void {
  const membership = connection.memberships.get(room)
  if (membership === undefined) return
  if (connection.boundRoom === room) return connection.end(code, reason)
  connection.send({ type: 'left', room, code, reason, retry: retryOf(code) })
  leaveRoom(membership, connection.session, 0)
}
