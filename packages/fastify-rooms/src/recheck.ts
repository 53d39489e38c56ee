import { CloseCode } from 'rooms-protocol'
import type { Connection } from './connection.js'
import { leftOf } from './goodbye.js'
import { showPresence } from './join.js'
import { leaveRoom, stopTyping } from './leave.js'
import type { Membership } from './membership.js'

/** Asks again whether a connection's user may be in a room: the answer replaces its grants, or ends its membership. */
export async function recheck(connection: Connection, room: string): Promise<void> {
  const membership = connection.memberships.get(room)
  if (membership === undefined) return
  const answer = await connection.node.authorizer.ask(connection.user, room, membership.room.rules, 'join')
  if (connection.closed || connection.memberships.get(room) !== membership) return
  if (answer === false) return removeFrom(connection, room, CloseCode.forbidden, 'you may not be in this room any more')
  membership.grants = answer === true ? null : answer
  await reconsiderPresence(membership)
}

/** Who may not be shown any more is gone at once; who may be shown now is there, with no state yet. */
async function reconsiderPresence(membership: Membership): Promise<void> {
  const { connection, room } = membership
  const { authorizer, link } = connection.node
  const visible = room.rules.presence !== 'off' && (await authorizer.allowsPart(connection.user, room.name, room.rules, membership.grants, 'presence'))
  if (visible === membership.visible || connection.closed || connection.memberships.get(room.name) !== membership) return
  membership.visible = visible
  if (visible) return showPresence(membership, null)
  stopTyping(membership, connection.user.id)
  await link.endPresence(room.name, connection.id, 0)
}

/** Takes a connection out of a room against its will. One that serves only that room is closed. */
export function removeFrom(connection: Connection, room: string, code: CloseCode, reason: string): void {
  const membership = connection.memberships.get(room)
  if (membership === undefined) return
  if (connection.boundRoom === room) return connection.end(code, reason)
  if (connection.away) connection.node.farewell({ connection: connection.id, room, code, reason })
  connection.send(leftOf(room, code, reason))
  leaveRoom(membership, 0)
}
