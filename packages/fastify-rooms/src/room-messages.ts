import { encodeFrame, type ErrorFrame, type SendSignalFrame } from 'rooms-protocol'
import { roomRef } from './authorize.js'
import { checkState } from './grants.js'
import { showPresence } from './join.js'
import { stopTyping } from './leave.js'
import type { Membership } from './membership.js'
import { sayIssues, validate } from './validate.js'

/** Why a frame was not carried out; whoever answers adds the room and the id. */
export type Problem = Pick<ErrorFrame, 'code' | 'message' | 'issues'>

/** Passes a client's signal to the others in the room. */
export async function sendSignal({ connection, room, grants }: Membership, frame: SendSignalFrame): Promise<Problem | null> {
  const { node } = connection
  const schema = room.rules.signals?.get(frame.signal)
  if (room.rules.signals !== null && schema === undefined) return { code: 'forbidden', message: `kind '${room.rules.kind}' has no signal '${frame.signal}'` }
  if (!(await node.authorizer.allows(connection.user, roomRef(room.name), room.rules, grants, 'signal', frame.signal))) return { code: 'forbidden', message: `you may not signal '${frame.signal}' here` }
  const checked = await validate(schema, frame.data)
  if (!checked.ok) return { code: 'invalid_data', message: `signal '${frame.signal}' breaks the contract: ${sayIssues(checked.issues)}`, issues: checked.issues }
  if (!connection.closed) node.broadcast(room.name, { kind: 'signal', frame: encodeFrame({ type: 'signal', room: room.name, signal: frame.signal, data: checked.value, from: connection.user.id }), except: connection.id })
  return null
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
export async function changeState(membership: Membership, state: unknown): Promise<Problem | null> {
  const { connection, room, visible, grants } = membership
  const allowed = visible && (await connection.node.authorizer.allowsPart(connection.user, roomRef(room.name), room.rules, grants, 'presence'))
  if (!allowed) return { code: 'forbidden', message: 'you are not shown in this room, so there is no state to set' }
  const checked = await checkState(connection.node.options.limits, room.rules, state)
  if (!checked.ok) return checked.problem
  if (!connection.closed) await showPresence(membership, checked.value)
  return null
}

/** Answers with the next page of members. */
export function tellMembers({ connection, room }: Membership, after: string | undefined): void {
  const { members, more } = room.presence.page(after, connection.node.options.limits.members)
  connection.send({ type: 'members', room: room.name, members, ...(more ? { more } : {}) })
}
