import type { EventFrame, JoinedFrame, SkipFrame } from 'rooms-protocol'
import { createTimer, type Clock } from './clock.js'

/** How long a hole may stay before the room is joined again. */
const GAP_MS = 250

export type StreamFrame = EventFrame | SkipFrame

/** Puts a room's offsets in order: applies last+1, ignores what it had, holds what comes early. */
export interface Stream {
  /** Of the last frame applied; null while that is unknown. */
  position(): string | null
  /** Whether the replay of the last join was applied. */
  caughtUp(): boolean
  /** A join is under way: what arrives before its answer is part of its replay. */
  joining(): void
  /** @param older whether the join asked for a position before the last applied. */
  joined(frame: JoinedFrame, older: boolean): void
  /** A new life of the stream. */
  reset(position: string): void
  /** Forgets everything. */
  clear(): void
  accept(frame: StreamFrame): void
}

/**
 * @param deliver takes frames once it is their turn; `again` marks those applied before, that an older position brought.
 * @param gap is told of a hole that did not close.
 */
export function createStream(clock: Clock, deliver: (frame: StreamFrame, position: string, replayed: boolean, again: boolean) => void, gap: () => void): Stream {
  const held = new Map<number, StreamFrame>()
  const hole = createTimer(clock)
  let epoch = ''
  let last = 0
  /** The tag at `last`; empty while that frame was never seen. */
  let tag = ''
  /** Where the replay of the last join ends. */
  let end = 0
  let again = false
  let waiting = true

  const joining = (): void => {
    waiting = true
    held.clear()
    hole()
  }
  /** Stands where `replay` frames are missing up to a position. */
  const adopt = (position: string, replay: number): void => {
    const parts = position.split(':')
    epoch = parts[0]!
    last = end - replay
    tag = replay > 0 ? '' : parts[2]!
  }
  const pass = (frame: StreamFrame, isAgain: boolean): void => deliver(frame, `${epoch}:${frame.offset}:${frame.tag}`, frame.offset <= end, isAgain)
  const offsetOf = (position: string): number => Number(position.split(':')[1])

  return {
    position: () => (tag ? `${epoch}:${last}:${tag}` : null),
    caughtUp: () => !waiting && last >= end,
    joining,
    joined({ recovered, position, replay }, older) {
      joining()
      waiting = false
      again = older && recovered === true
      end = offsetOf(position)
      if (!recovered || !epoch || replay === 0) adopt(position, replay)
    },
    reset(position) {
      held.clear()
      hole()
      end = offsetOf(position)
      adopt(position, 0)
    },
    clear() {
      joining()
      epoch = tag = ''
    },
    accept(frame) {
      const { offset } = frame
      if (waiting) return
      if (offset <= last) {
        if (again && offset <= end) pass(frame, true)
        return
      }
      if (offset > last + 1 && held.size === 0) hole(GAP_MS, gap)
      held.set(offset, frame)
      for (let next: StreamFrame | undefined; (next = held.get(last + 1)) !== undefined;) {
        held.delete(++last)
        tag = next.tag
        pass(next, false)
        if (held.size === 0) hole()
        else hole(GAP_MS, gap)
      }
    },
  }
}
