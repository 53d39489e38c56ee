import { CloseCode, encodeFrame, type JoinFrame } from 'rooms-protocol'
import { roomRef } from './authorize.js'
import type { Connection } from './connection.js'
import { tell } from './diagnostics.js'
import { leftOf } from './goodbye.js'
import { checkState, grantsOf } from './grants.js'
import type { KindRules } from './kinds.js'
import { leaveRoom } from './leave.js'
import { logFailure } from './log-failure.js'
import { Membership } from './membership.js'
import { type Recovery, recover } from './recovery.js'
import { errorOf, isRefusal, refusalText } from './refused.js'
import { Replay } from './replay.js'
import type { Grants } from './rooms-api.js'
import { arrive, goOn, type Visit } from './visit.js'

/** The same words for a room one may not join and a kind that does not exist, so that nobody can probe for rooms. */
export const FORBIDDEN = 'no such room, or you may not join it'

/** Joins a room, or resynchronises a joined one; answers `joined` or `left`. Never rejects. */
export async function join(connection: Connection, frame: JoinFrame, visit?: Visit): Promise<void> {
  try {
    await tryJoin(connection, frame, visit)
  } catch (error) {
    logFailure(connection.log, error, 'joining a room failed', { room: frame.room })
    refuse(connection, frame.room, CloseCode.internal, 'the room is not available now')
  }
}

async function tryJoin(connection: Connection, frame: JoinFrame, visit: Visit | undefined): Promise<void> {
  const { node } = connection
  const rules = node.kinds.of(frame.room)
  if (rules === undefined) return refuse(connection, frame.room, CloseCode.forbidden, FORBIDDEN)
  const existing = connection.memberships.get(frame.room)
  const { rooms } = node.options.limits
  if (existing === undefined && connection.memberships.size + connection.memberships.joining.size >= rooms) return refuse(connection, frame.room, CloseCode.forbidden, `limits.rooms (${rooms}) reached: leave another room first`)
  if (existing !== undefined && visit?.returns === true) return goOn(existing, visit, () => recover(connection, existing.room, frame, existing.grants, true))
  if (existing !== undefined) return rejoin(existing, frame, visit)
  connection.memberships.begin(frame.room)
  try {
    const answer = await node.authorizer.ask(connection.user, frame.room, rules, 'join')
    if (connection.closed) return
    if (answer === false) refuse(connection, frame.room, CloseCode.forbidden, FORBIDDEN)
    else await enter(connection, frame, rules, answer === true ? null : answer, visit)
  } finally {
    connection.memberships.settle(frame.room)
  }
}

async function rejoin(membership: Membership, frame: JoinFrame, visit: Visit | undefined): Promise<void> {
  const { connection, room } = membership
  const answer = await connection.node.authorizer.ask(connection.user, room.name, room.rules, 'join')
  if (connection.closed) return
  if (answer !== false) return resynchronise(membership, frame, answer === true ? null : answer, visit)
  leaveRoom(membership, 0)
  refuse(connection, room.name, CloseCode.forbidden, FORBIDDEN)
}

async function enter(connection: Connection, frame: JoinFrame, rules: KindRules, grants: Grants | null, visit: Visit | undefined): Promise<void> {
  const { node } = connection
  const room = await node.registry.acquire(frame.room, rules)
  let joined = false
  let hooked = false
  try {
    if (connection.closed) return
    hooked = await welcomed(connection, frame.room)
    if (!hooked || connection.closed) return
    const recovery = await recover(connection, room, frame, grants, visit?.returns === true)
    const visible = rules.presence !== 'off' && (await node.authorizer.allowsPart(connection.user, room.name, rules, grants, 'presence'))
    const state = await stateOf(connection, rules, frame)
    if (connection.closed) return
    const membership = new Membership(connection, room, grants, visible)
    joined = true
    connection.memberships.add(membership)
    const isKept = visible && visit !== undefined && (await node.link.resumePresence(room.name, connection.id, connection.user.id)) !== null
    if (visible && !isKept) await showPresence(membership, state ?? null)
    if (connection.closed) return
    if (visit?.returns === true && isKept === visible) arrive(membership, visit, recovery)
    else begin(membership, recovery, visit)
  } catch (error) {
    const half = joined ? connection.memberships.get(frame.room) : undefined
    if (half !== undefined) leaveRoom(half, 0)
    throw error
  } finally {
    if (!joined) {
      node.registry.release(frame.room)
      if (hooked && node.hooks.has('onLeave')) node.hooks.notify('onLeave', { ...connection.session, room: roomRef(frame.room) })
    }
  }
}

async function resynchronise(membership: Membership, frame: JoinFrame, grants: Grants | null, visit: Visit | undefined): Promise<void> {
  const { connection, room } = membership
  const recovery = await recover(connection, room, frame, grants, visit?.returns === true)
  const state = await stateOf(connection, room.rules, frame)
  if (connection.closed) return
  membership.grants = grants
  if (membership.visible && state !== undefined) await showPresence(membership, state)
  if (!connection.closed) begin(membership, recovery, visit)
}

/** The state to show; `undefined` where there is none, or it was answered with `error`: a join is not refused for it. */
async function stateOf(connection: Connection, rules: KindRules, { room, state }: JoinFrame): Promise<unknown> {
  if (state === undefined) return undefined
  const checked = await checkState(connection.node.options.limits, rules, state).catch((error: unknown) => ({ ok: false, problem: errorOf(error, connection.log) }) as const)
  if (checked.ok) return checked.value
  connection.send({ type: 'error', room, ...checked.problem })
  return undefined
}

/** From here on in one step: what the client is told, and what it gets after that, belong together. */
function begin(membership: Membership, recovery: Recovery, visit: Visit | undefined): void {
  if (visit?.current() === false) return
  const { connection, room } = membership
  // The stream may have begun anew since the history was read.
  const stale = recovery.replay !== null && recovery.life !== room.life
  const { replay, said }: Omit<Recovery, 'life'> = stale ? { replay: null, said: recovery.said.recovered === undefined ? {} : { recovered: false, reason: 'epoch' } } : recovery
  const { json, more } = room.presence.firstPage(connection.node.options.limits.members)
  const isLive = replay === null || (replay.entries.length === 0 && replay.from.offset === room.offset)
  count(membership, said)
  connection.aside(() => {
    room.remove(membership)
    const frame = encodeFrame({
      type: 'joined', room: room.name, position: replay?.position ?? room.position, ...said, replay: replay?.entries.length ?? 0,
      members: [], ...(more ? { more } : {}), size: room.presence.size, typing: room.typing.users().filter((user) => user !== connection.user.id),
      grants: grantsOf(room.rules, membership.grants, membership.visible),
    })
    // Of all that is said at a join only the members are long, and they are the same for everyone who comes now.
    connection.write(frame.replace('"members":[]', () => `"members":${json}`))
    membership.told = room.presence.revision
    room.add(membership, isLive ? null : new Replay(replay.entries, replay.from))
  })
  if (!(visit?.patient === true && isLive && said.recovered === true)) visit?.news()
}

function count({ connection, room }: Membership, { recovered, reason }: Recovery['said']): void {
  const { node } = connection
  if (recovered !== undefined) node.counters.resumes[reason ?? 'ok']++
  tell('fastify-rooms:join', () => ({ server: node.server, connection: connection.id, user: connection.user.id, room: room.name }))
}

export async function showPresence({ connection, room }: Membership, state: unknown): Promise<void> {
  const { user } = connection
  const revision = await connection.node.link.setPresence(room.name, { connection: connection.id, user: user.id, info: user.info ?? null, state })
  await room.presence.reached(revision)
}

/** Runs `onJoin`; false when it refused. */
async function welcomed(connection: Connection, room: string): Promise<boolean> {
  const { hooks } = connection.node
  if (!hooks.has('onJoin')) return true
  try {
    await hooks.run('onJoin', { ...connection.session, room: roomRef(room) })
    return true
  } catch (error) {
    if (!isRefusal(error)) logFailure(connection.log, error, 'onJoin refused by throwing; throw a RoomsRefusal to say why', { room }, 'warn')
    refuse(connection, room, CloseCode.forbidden, refusalText(error))
    return false
  }
}

/** On a connection bound to the room the refusal ends it; on a shared one it is one `left`. */
function refuse(connection: Connection, room: string, code: CloseCode, reason: string): void {
  if (connection.closed) return
  if (connection.boundRoom === room) connection.end(code, reason)
  else connection.send(leftOf(room, code, reason))
}
