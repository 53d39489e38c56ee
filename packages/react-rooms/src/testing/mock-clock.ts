import type { Clock } from '../client/clock.js'
import { acted } from './acting.js'

/** Chance is fixed, so that a wait with full jitter is half of what it may be. */
const HALF = 0.5

/** Time that stands still until a test moves it. */
export interface MockClock extends Clock {
  /** Takes the first timer due by then, sets the time to its own and gives what it runs. */
  due(until: number): (() => void) | undefined
  /** Moves the time, with no timers in between. */
  set(now: number): void
}

export function createMockClock(now = Date.now()): MockClock {
  const timers = new Set<{ readonly at: number; readonly run: () => void }>()
  return {
    now: () => now,
    random: () => HALF,
    after(ms, run) {
      const timer = { at: now + Math.max(0, ms), run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    due(until) {
      const [first] = [...timers].sort((a, b) => a.at - b.at)
      if (first === undefined || first.at > until) return undefined
      timers.delete(first)
      now = first.at
      return first.run
    },
    set(next) {
      now = next
    },
  }
}

/** Time as the page has it, which a test's fake timers move. */
export const pageClock: Clock = {
  now: () => Date.now(),
  random: () => HALF,
  after(ms, run) {
    const timer = setTimeout(() => acted(run), ms)
    return () => clearTimeout(timer)
  },
}
