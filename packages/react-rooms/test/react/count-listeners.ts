import { vi } from 'vitest'

/** The events of a page that this package listens to. */
const HINTS = ['online', 'offline', 'pageshow', 'pagehide', 'visibilitychange']

/** Counts who listens to the page from now on, however they stop; restore mocks after it. */
export function countListeners(): { readonly now: number; readonly ever: number } {
  const listening = new Map<string, Set<unknown>>(HINTS.map((type) => [type, new Set()]))
  let ever = 0
  const { addEventListener, removeEventListener } = window
  vi.spyOn(window, 'addEventListener').mockImplementation((type: string, listener: unknown, options?: unknown) => {
    const listeners = listening.get(type)
    if (listeners) ever++
    listeners?.add(listener)
    const signal = (options as { signal?: AbortSignal } | undefined)?.signal
    signal?.addEventListener('abort', () => listeners?.delete(listener))
    addEventListener.call(window, type, listener as never, options as never)
  })
  vi.spyOn(window, 'removeEventListener').mockImplementation((type: string, listener: unknown, options?: unknown) => {
    listening.get(type)?.delete(listener)
    removeEventListener.call(window, type, listener as never, options as never)
  })
  return {
    get now() { return [...listening.values()].reduce((sum, { size }) => sum + size, 0) },
    get ever() { return ever },
  }
}
