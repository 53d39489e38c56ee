import { cleanup } from '@testing-library/react'
import { afterEach, beforeEach, vi } from 'vitest'
import { acted } from './render.js'

/** Puts each test of a file on fake time and a visible page; full jitter waits half of what it may. Call it at the top of the file. */
export function useFakeTime(): void {
  beforeEach(() => {
    vi.useFakeTimers()
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
  })
  afterEach(() => {
    cleanup()
    vi.restoreAllMocks()
    vi.useRealTimers()
  })
}

export const pass = (ms: number): Promise<void> => acted(() => vi.advanceTimersByTimeAsync(ms))

/** Something happens to the window. */
export const happens = (type: string): Promise<void> => acted(() => window.dispatchEvent(new Event(type)))

/** Hides or shows the page. */
export async function hide(hidden: boolean): Promise<void> {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(hidden)
  await acted(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })))
}

/** What is thrown in microtasks, which is how the hooks report an application's own mistakes. */
export function catchUncaught(): unknown[] {
  const caught: unknown[] = []
  const { queueMicrotask } = globalThis
  vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((run) => queueMicrotask(() => {
    try {
      run()
    } catch (error) {
      caught.push(error)
    }
  }))
  return caught
}
