import { encodeFrame, type ErrorFrame, type SendSignalFrame } from 'rooms-protocol'
import { checkState } from './grants.js'
import { showPresence } from './join.js'
import { stopTyping } from './leave.js'
import type { Membership } from './membership.js'
import type { Publisher } from './publish.js'
import { errorOf } from './refused.js'
import { exceeds } from './utf8.js'
import { sayIssues, validate } from './validate.js'

/** Why a frame was not carried out; whoever answers adds the room and the id. */
export type Problem = Pick<ErrorFrame, 'code' | 'message' | 'issues'>

const UNSEEN: Problem = { code: 'forbidden', message: 'you are not shown in this room, so there is no state to set' }

/** Passes a client's signal to the others in the room. Never rejects, as the two below: what goes wrong is the answer. */
export function sendSignal(speaker: Publisher, frame: SendSignalFrame): Promise<Problem | null> {
  return answered(speaker, trySignal(speaker, frame))
}

/** Tells the others that this user types, or stopped. Who is not visible types unseen. */
export function showTyping(speaker: Publisher, on: boolean): Promise<Problem | null> {
  return answered(speaker, tryTyping(speaker, on))
}

/** Replaces a connection's presence state; one that another node holds is told to do so. */
export function changeState(speaker: Publisher, state: unknown): Promise<Problem | null> {
  return answered(speaker, tryState(speaker, state))
}

function answered({ log }: Publisher, work: Promise<Problem | null>): Promise<Problem | null> {
  return work.catch((error: unknown) => errorOf(error, log))
}

async function trySignal({ node, user, connection, room, rules, grants }: Publisher, frame: SendSignalFrame): Promise<Problem | null> {
  const schema = rules.signals?.get(frame.signal)
  if (rules.signals !== null && schema === undefined) return { code: 'forbidden', message: `kind '${rules.kind}' has no signal '${frame.signal}'` }
  if (!(await node.authorizer.allows(user, room, rules, grants, 'signal', frame.signal))) return { code: 'forbidden', message: `you may not signal '${frame.signal}' here` }
  const checked = await validate(schema, frame.data)
  if (!checked.ok) return { code: 'invalid_data', message: `signal '${frame.signal}' breaks the contract: ${sayIssues(checked.issues)}`, issues: checked.issues }
  const told = encodeFrame({ type: 'signal', room, signal: frame.signal, data: checked.value ?? null, from: user.id })
  const { messageBytes } = node.options.limits
  if (exceeds(told, messageBytes)) return { code: 'too_large', message: `signal '${frame.signal}' is over limits.messageBytes (${messageBytes}) for those who get it: send less` }
  node.broadcast(room, { kind: 'signal', frame: told, except: connection })
  return null
}

async function tryTyping(speaker: Publisher, on: boolean): Promise<Problem | null> {
  const { node, user, room, rules, grants } = speaker
  const membership = membershipOf(speaker)
  const visible = membership?.visible ?? (rules.presence !== 'off' && (await node.authorizer.allowsPart(user, room, rules, grants, 'presence')))
  if (!visible) return null
  if (membership !== undefined) {
    if (!on) stopTyping(membership, user.id)
    membership.typing = on
    if (!on) return null
  }
  node.broadcast(room, { kind: 'typing', user: user.id, on, frame: encodeFrame({ type: 'typing', room, user: user.id, on }) })
  return null
}

async function tryState(speaker: Publisher, state: unknown): Promise<Problem | null> {
  const { node, user, connection, room, rules, grants } = speaker
  const membership = membershipOf(speaker)
  const allowed = membership?.visible !== false && rules.presence !== 'off' && (await node.authorizer.allowsPart(user, room, rules, grants, 'presence'))
  if (!allowed) return UNSEEN
  const checked = await checkState(node.options.limits, rules, state)
  if (!checked.ok) return checked.problem
  if (membership === undefined) await node.control.send({ do: 'state', connection: connection!, user: user.id, room, state: checked.value })
  else if (!membership.connection.closed) await showPresence(membership, checked.value)
  return null
}

/** Answers with the next page of members. */
export function tellMembers({ connection, room }: Membership, after: string | undefined): void {
  const { members, more } = room.presence.page(after, connection.node.options.limits.members)
  connection.send({ type: 'members', room: room.name, members, ...(more ? { more } : {}) })
}

/** What a member says over its own connection. */
export function speakerOf({ connection, room, grants }: Membership): Publisher {
  return { node: connection.node, user: connection.user, connection: connection.id, room: room.name, rules: room.rules, grants, log: connection.log }
}

function membershipOf({ node, connection, room }: Publisher): Membership | undefined {
  return connection === null ? undefined : node.connections.get(connection)?.memberships.get(room)
}
