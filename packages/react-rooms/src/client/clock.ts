/** Time and chance, so that tests can replace them. */
export interface Clock {
  /** Epoch ms. */
  now(): number
  /** Runs once after `ms`; returns its own cancel. */
  after(ms: number, run: () => void): () => void
  /** From 0 up to, not including, 1. */
  random(): number
}

/** A timer takes no delay above 2^31 ms, and would fire at once. */
const LONGEST = 1e9

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

export const createTimer = (clock: Clock): Timer => {
  let cancel: (() => void) | undefined
  return (ms, run) => {
    cancel?.()
    cancel = run && clock.after(ms!, run)
  }
}
