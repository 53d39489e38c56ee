import { encodeFrame, type SendSignalFrame } from 'rooms-protocol'
import { roomRef } from './authorize.js'
import { acceptState } from './grants.js'
import { showPresence } from './join.js'
import { stopTyping } from './leave.js'
import type { Membership } from './membership.js'
import { sayIssues, validate } from './validate.js'

/** Passes a client's signal to the others in the room. */
export async function sendSignal(membership: Membership, frame: SendSignalFrame): Promise<void> {
  const { connection, room, grants } = membership
  const refuse = (code: 'forbidden' | 'invalid_data', message: string): void => connection.send({ type: 'error', code, message, room: room.name })
  const schema = room.rules.signals?.get(frame.signal)
  const { node } = connection
  if (room.rules.signals !== null && schema === undefined) return refuse('forbidden', `kind '${room.rules.kind}' has no signal '${frame.signal}'`)
  if (!(await node.authorizer.allows(connection.user, roomRef(room.name), room.rules, grants, 'signal', frame.signal))) return refuse('forbidden', `you may not signal '${frame.signal}' here`)
  const checked = await validate(schema, frame.data)
  if (!checked.ok) return refuse('invalid_data', `signal '${frame.signal}' breaks the contract: ${sayIssues(checked.issues)}`)
  if (!connection.closed) node.broadcast(room.name, { kind: 'signal', frame: encodeFrame({ type: 'signal', room: room.name, signal: frame.signal, data: checked.value, from: connection.user.id }), except: connection.id })
}

/** Tells the others that this user types, or stopped. Who is not visible types unseen. */
export function setTyping(membership: Membership, on: boolean): void {
  const { connection, room, visible } = membership
  if (!visible) return
  const user = connection.user.id
  if (!on) return stopTyping(membership, user)
  membership.typing = true
  connection.node.broadcast(room.name, { kind: 'typing', user, on, frame: encodeFrame({ type: 'typing', room: room.name, user, on }) })
}

/** Replaces this connection's presence state. */
export async function changeState(membership: Membership, state: unknown): Promise<void> {
  const { connection, room, visible, grants } = membership
  const allowed = visible && (await connection.node.authorizer.allowsPart(connection.user, roomRef(room.name), room.rules, grants, 'presence'))
  if (!allowed) return connection.send({ type: 'error', code: 'forbidden', message: 'you are not shown in this room, so there is no state to set', room: room.name })
  const accepted = await acceptState(connection, room.rules, room.name, state)
  if (accepted.ok && !connection.closed) await showPresence(membership, accepted.value)
}

/** Answers with the next page of members. */
export function tellMembers({ connection, room }: Membership, after: string | undefined): void {
  const { members, more } = room.presence.page(after, connection.node.options.limits.members)
  connection.send({ type: 'members', room: room.name, members, ...(more ? { more } : {}) })
}
