import { encodeFrame, formatPosition, type Position } from 'rooms-protocol'
import type { Entry } from './broker/broker.js'
import { idOf } from './event.js'
import { isExcepted } from './except.js'
import type { Membership } from './membership.js'

/** What a membership is still owed: read history first, then what the node received meanwhile. */
export class Replay {
  readonly #history: readonly Entry[]
  #next = 0
  #at: Position
  /** @param at the place of the last event the client has; `history` follows it without a gap. */
  constructor(history: readonly Entry[], at: Position) {
    this.#history = history
    this.#at = at
  }

  get position(): string { return formatPosition(this.#at) }

  /** The next entry owed; `null` when there is none, `undefined` when the node no longer holds it. */
  take(held: (offset: number) => Entry | undefined, newest: number): Entry | null | undefined {
    const entry = this.#history[this.#next] ?? (this.#at.offset >= newest ? null : held(this.#at.offset + 1))
    if (entry) {
      this.#next++
      this.#at = entry
    }
    return entry
  }
}

/**
 * Writes what a membership is owed in slices below the low-water mark, waiting for each to leave, because a replay
 * written at once would pass the high mark and end the very client it serves. Ends by making the membership live.
 */
export function startReplay(membership: Membership): void {
  const { outbox } = membership.connection
  if (outbox.hasRoom) pump(membership, membership.replay)
  else outbox.whenWritten(() => pump(membership, membership.replay))
}

/** A replay that was replaced, by a resynchronisation say, goes no further. */
function pump(membership: Membership, replay: Replay | null): void {
  const { connection, room } = membership
  if (membership.replay !== replay || replay === null || connection.closed || room.membership(connection.id) !== membership) return
  do {
    const entry = replay.take((offset) => room.held(offset), room.offset)
    if (entry === null) return room.goLive(membership)
    if (entry === undefined) {
      connection.write(encodeFrame({ type: 'reset', room: room.name, position: room.position, reason: 'trimmed' }))
      return room.goLive(membership)
    }
    connection.write(isExcepted(entry.except, connection.id, connection.user.id) ? skipFrame(room.name, entry) : entry.frame, entry)
  } while (connection.outbox.hasRoom)
  connection.outbox.whenWritten(() => pump(membership, replay))
}

/** Tells the excluded connection that an offset exists, so that its offsets stay whole, and by the id what became of its own change. */
export function skipFrame(room: string, { offset, tag, frame }: Entry): string {
  const id = idOf(frame)
  return encodeFrame({ type: 'skip', room, offset, tag, ...(id === undefined ? {} : { id }) })
}
