import { formatPosition, parsePosition, type EventFrame, type JoinedFrame, type SkipFrame } from 'rooms-protocol'
import type { Clock } from './clock.js'

/** How long a hole may stay before the room is joined again. */
const GAP_MS = 250

export type StreamFrame = EventFrame | SkipFrame
/** Where frames go once it is their turn. */
export interface StreamEnds {
  deliver(frame: StreamFrame, how: { position: string; replayed: boolean; again: boolean }): void
  /** A hole did not close. */
  gap(): void
}

/** Puts a room's offsets in order: applies last+1, ignores what it had, holds what comes early. */
export class Stream {
  readonly #ends: StreamEnds
  readonly #clock: Clock
  #epoch: string | null = null
  #last = 0
  /** The tag at `#last`; null while that event was never seen (a replay that starts fresh). */
  #tag: string | null = null
  /** Where the replay of the last join ends. */
  #end = 0
  #again = false
  /** A join is under way: what arrives before its answer is part of its replay. */
  #joining = false
  readonly #held = new Map<number, StreamFrame>()
  #cancelGap: (() => void) | null = null

  constructor(ends: StreamEnds, clock: Clock) {
    this.#ends = ends
    this.#clock = clock
  }

  position(): string | null {
    return this.#epoch === null || this.#tag === null ? null : formatPosition({ epoch: this.#epoch, offset: this.#last, tag: this.#tag })
  }

  caughtUp(): boolean {
    return this.#epoch !== null && !this.#joining && this.#last >= this.#end
  }

  /** Stops taking frames until `joined`. */
  joining(): void {
    this.#joining = true
    this.#drop()
  }

  /** @param again whether the join asked for a position before the last applied. */
  joined(frame: JoinedFrame, again: boolean): void {
    const at = parsePosition(frame.position)
    if (at === null) return
    this.#joining = false
    this.#drop()
    this.#again = again && frame.recovered === true
    this.#end = at.offset
    if (frame.recovered !== true || this.#epoch === null) {
      this.#epoch = at.epoch
      this.#last = at.offset - frame.replay
      this.#tag = null
    }
    if (frame.replay === 0) {
      this.#last = at.offset
      this.#tag = at.tag
    }
  }

  /** A new life of the stream, or none (`null`). */
  reset(position: string | null): void {
    const at = parsePosition(position)
    this.#drop()
    this.#epoch = at?.epoch ?? null
    this.#last = this.#end = at?.offset ?? 0
    this.#tag = at?.tag ?? null
  }

  accept(frame: StreamFrame): void {
    if (this.#epoch === null || this.#joining) return
    if (frame.offset <= this.#last) {
      if (this.#again && frame.offset <= this.#end) this.#deliver(frame, true)
      return
    }
    this.#held.set(frame.offset, frame)
    if (frame.offset > this.#last + 1) return this.#watch()
    for (let next: StreamFrame | undefined; (next = this.#held.get(this.#last + 1)) !== undefined;) {
      this.#held.delete(next.offset)
      this.#last = next.offset
      this.#tag = next.tag
      this.#deliver(next, false)
    }
    this.#cancelGap?.()
    this.#cancelGap = null
    if (this.#held.size > 0) this.#watch()
  }

  #deliver(frame: StreamFrame, again: boolean): void {
    this.#ends.deliver(frame, { position: formatPosition({ epoch: this.#epoch!, offset: frame.offset, tag: frame.tag }), replayed: frame.offset <= this.#end, again })
  }

  #watch(): void {
    this.#cancelGap ??= this.#clock.after(GAP_MS, () => {
      this.#cancelGap = null
      this.#ends.gap()
    })
  }

  #drop(): void {
    this.#held.clear()
    this.#cancelGap?.()
    this.#cancelGap = null
  }
}
