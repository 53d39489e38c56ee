import { onTestFinished } from 'vitest'

/** The events of a page that this package listens to. */
const HINTS = ['online', 'offline', 'pageshow', 'pagehide', 'visibilitychange']

/** Counts who listens to the page from now to the end of the test, however they stop, and keeps none of them alive. */
export function countListeners(): { readonly now: number; readonly ever: number } {
  const listening = new Map<string, Set<unknown>>(HINTS.map((type) => [type, new Set()]))
  let ever = 0
  const { addEventListener, removeEventListener } = window
  window.addEventListener = (type: string, listener: unknown, options?: unknown): void => {
    const listeners = listening.get(type)
    if (listeners) ever++
    listeners?.add(listener)
    const signal = (options as { signal?: AbortSignal } | undefined)?.signal
    signal?.addEventListener('abort', () => listeners?.delete(listener))
    addEventListener.call(window, type, listener as never, options as never)
  }
  window.removeEventListener = (type: string, listener: unknown, options?: unknown): void => {
    listening.get(type)?.delete(listener)
    removeEventListener.call(window, type, listener as never, options as never)
  }
  onTestFinished(() => void Object.assign(window, { addEventListener, removeEventListener }))
  return {
    get now() { return [...listening.values()].reduce((sum, { size }) => sum + size, 0) },
    get ever() { return ever },
  }
}
