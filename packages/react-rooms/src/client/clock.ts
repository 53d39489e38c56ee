/** Time and chance, so that tests can replace them. */
export interface Clock {
  /** Epoch ms. */
  now(): number
  /** Runs once after `ms`; returns its own cancel. */
  after(ms: number, run: () => void): () => void
  /** From 0 up to, not including, 1. */
  random(): number
}

/** Longest delay a timer takes; a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, Math.min(ms, LONGEST))
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}

/** One timer: a call sets it anew, a call without arguments stops it. */
export type Timer = (ms?: number, run?: () => void) => void

export function createTimer(clock: Clock): Timer {
  let cancel: (() => void) | undefined
  return (ms, run) => {
    cancel?.()
    cancel = run && clock.after(ms!, run)
  }
}
