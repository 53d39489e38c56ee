import { setTimeout as pause } from 'node:timers/promises'
import type { Membership } from './membership.js'
import type { Recovery } from './recovery.js'
import { Replay } from './replay.js'

/** Pause before a room whose history could not be read is asked again. */
const AGAIN_MS = 1_000

/** How a polling client comes to a room with one of its polls. */
export interface Visit {
  /** As far as it knows it is in the room: no new join while its lease lives. */
  readonly returns: boolean
  /** Up to which revision it was told of the room's presence; null when it does not say. */
  readonly told: number | null
  /** Waits for something newer than its position even where it joins. */
  readonly patient: boolean
  /** Whether the poll that came with it still waits. */
  current(): boolean
  /** There is something to tell at once. */
  news(): void
}

/**
 * Goes on where a polling client stands in a room it has not left. While the broker is away nobody knows what the
 * client missed, so its poll waits.
 */
export async function goOn(membership: Membership, visit: Visit, recover: () => Promise<Recovery>): Promise<void> {
  const { connection, room } = membership
  for (;;) {
    tellLive(membership, visit)
    await room.settled()
    const recovery = visit.current() ? await recover().catch((error: unknown) => connection.log.warn({ err: error, room: room.name }, 'what a client missed could not be read yet')) : undefined
    if (connection.closed || !visit.current() || connection.memberships.get(room.name) !== membership) return
    if (recovery !== undefined) return takeUp(membership, visit, recovery, () => {})
    await pause(AGAIN_MS, undefined, { ref: false })
  }
}

/** The same on a node that did not know the client: another one may have told it that its rooms pause. */
export function arrive(membership: Membership, visit: Visit, recovery: Recovery): void {
  const { connection, room } = membership
  if (visit.current()) takeUp(membership, visit, recovery, () => { if (room.isLive) connection.send({ type: 'live', on: true, room: room.name }) })
}

/** From here on in one step, as at a join. */
function takeUp(membership: Membership, visit: Visit, { replay, said, life }: Recovery, first: () => void): void {
  const { connection, room } = membership
  tellLive(membership, visit)
  connection.aside(() => {
    room.remove(membership)
    first()
    const reason = life === room.life ? said.reason : 'epoch'
    if (reason !== undefined) connection.send({ type: 'reset', room: room.name, position: room.position, reason })
    const isOwed = reason === undefined && replay !== null && (replay.entries.length > 0 || replay.from.offset !== room.offset)
    if (reason !== undefined || isOwed) visit.news()
    tellPresence(membership, visit)
    room.add(membership, isOwed ? new Replay(replay.entries, replay.from) : null)
  })
}

function tellLive(membership: Membership, visit: Visit): void {
  const { connection, room } = membership
  if (membership.live === room.isLive || !visit.current()) return
  membership.live = room.isLive
  connection.send({ type: 'live', on: room.isLive, room: room.name })
}

/** Nothing where the client knows all that this node told, everybody where it may have missed something. */
function tellPresence(membership: Membership, { told, news }: Visit): void {
  const { connection, room } = membership
  const known = told ?? membership.told
  if (room.rules.presence === 'off' || (known >= 0 && room.presence.continues(known))) {
    membership.told = known
    return
  }
  membership.told = room.presence.revision
  connection.send(room.presence.snapshot(connection.node.options.limits.members))
  if (known >= 0) news()
}
