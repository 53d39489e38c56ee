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
 * @param enter the room is held, having been free.
 * @param vacated nobody holds the room; it may be held again before `leave`. Told once or more.
 * @param leave nobody came back within the linger.
 */
export function createHolds(clock: Clock, lingerMs: number, enter: () => void, vacated: () => void, leave: () => void): Holds {
  const holds = new Set<HoldOptions>()
  const linger = createTimer(clock)
  let state: 'free' | 'held' | 'lingering' = 'free'

  const end = (): void => {
    linger()
    const entered = state !== 'free'
    state = 'free'
    if (entered) leave()
  }
  const look = (): void => {
    if (holds.size > 0) {
      const entered = state !== 'free'
      linger()
      state = 'held'
      if (!entered) enter()
    } else {
      if (state === 'held') {
        state = 'lingering'
        linger(lingerMs, end)
      }
      vacated()
    }
  }
  return {
    held: () => holds.size > 0,
    rewind: () => [...holds].find(({ rewind }) => rewind !== undefined)?.rewind,
    add(options) {
      const hold = { ...options }
      holds.add(hold)
      queueMicrotask(look)
      return () => {
        if (holds.delete(hold)) queueMicrotask(look)
      }
    },
    end,
  }
}
