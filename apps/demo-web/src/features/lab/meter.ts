import { createCalmStore } from '../../lib/calm-store.js'

/** What one burst cost this page. */
export interface Reading {
  /** Changes that the list on the screen shows. */
  readonly applied: number
  /** Times the list was drawn. */
  readonly renders: number
  readonly calls: number
  /** Of the main thread; 0 where none took as long as 50 ms. */
  readonly longestTaskMs: number
  /** From the first event to the last. */
  readonly tookMs: number
}

/** After this long without an event, the next one begins another burst. */
const QUIET_MS = 2_000

/**
 * Measures the list while events come.
 *
 * @param calls how many HTTP requests this window has made.
 */
export function createMeter(calls: () => number, now: () => number = () => performance.now()) {
  const reading = createCalmStore<Reading | null>(null)
  let startedAt = 0
  let heardAt = -Infinity
  let revisions = 0
  let before = { calls: 0, revisions: 0 }

  return {
    get: reading.get,
    subscribe: reading.subscribe,
    /** An event came; the list does not show it yet. */
    heard() {
      const at = now()
      if (at - heardAt > QUIET_MS) {
        startedAt = at
        before = { calls: calls(), revisions }
        reading.set({ applied: 0, renders: 0, calls: 0, longestTaskMs: 0, tookMs: 0 })
      }
      heardAt = at
      const last = reading.get()
      if (last) reading.set({ ...last, tookMs: at - startedAt })
    },
    /** The list was drawn; `sum` is that of its rows' revisions, which grow by one with every change. */
    drawn(sum: number) {
      revisions = sum
      const last = reading.get()
      if (last) reading.set({ ...last, applied: sum - before.revisions, renders: last.renders + 1, calls: calls() - before.calls })
    },
    /** The main thread was busy from `beganAt` on. */
    busy(beganAt: number, ms: number) {
      const last = reading.get()
      if (last && beganAt >= startedAt) reading.set({ ...last, longestTaskMs: Math.max(last.longestTaskMs, ms) })
    },
  }
}
export type Meter = ReturnType<typeof createMeter>
