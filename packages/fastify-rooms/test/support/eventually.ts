import { vi } from 'vitest'

/** How long a test waits for what must come: long enough for a machine that stalls for seconds. */
export const WAIT_MS = 20_000
const LOOK_MS = 20

/** Does something until it succeeds; resolves with what it gave. */
export function eventually<T>(act: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(act, { timeout: WAIT_MS, interval: LOOK_MS })
}
