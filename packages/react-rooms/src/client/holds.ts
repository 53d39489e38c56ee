import { createTimer, type Clock } from './clock.js'
import type { HoldOptions } from './room.js'

/** Counts who holds a room. */
export interface Holds {
  held(): boolean
  /** The first rewind a holder asked for. */
  rewind(): number | undefined
  /** Returns the release. */
  add(options: HoldOptions): () => void
  /** Leaves at once, whoever holds. */
  end(): void
}

/**
 * Decides in microtasks, so that what StrictMode mounts, unmounts and mounts again is held once.
 *
 * @param want somebody wants in; told at once, and only while the room is free.
 * @param enter the room is held, having been free.
 * @param vacated nobody holds the room; it may be held again before `leave`. Told once or more.
 * @param leave nobody came back within the linger.
 */
export const createHolds = (clock: Clock, lingerMs: number, want: () => void, enter: () => void, vacated: () => void, leave: () => void): Holds => {
  const holds = new Set<HoldOptions>()
  const linger = createTimer(clock)
  let entered = false

  const end = (): void => {
    linger()
    if (entered) leave()
    entered = false
  }
  const look = (): void => {
    if (holds.size > 0) {
      linger()
      if (!entered) enter()
      entered = true
    } else {
      if (entered) linger(lingerMs, end)
      vacated()
    }
  }
  return {
    held: () => holds.size > 0,
    rewind: () => [...holds].find(({ rewind }) => rewind)?.rewind,
    add(options) {
      const hold = { ...options }
      holds.add(hold)
      if (!entered) want()
      queueMicrotask(look)
      return () => {
        if (holds.delete(hold)) queueMicrotask(look)
      }
    },
    end,
  }
}
