import { createTimer, systemClock } from '../client/clock.js'
import { createStore } from '../client/store.js'
import { nextPolling, type PollingChange, type PollingState } from './polling-state.js'
import { watchPage } from './watch-page.js'

/** What polling shows; the same object until something changes. */
export interface Polled<T> {
  /** The newest answer; stays when later calls fail. */
  readonly data: T | undefined
  /** What the newest call threw; null when it answered. */
  readonly error: unknown
  /** Somebody waits: before the first answer or failure, and from `refresh` to its answer; not while the interval calls. */
  readonly loading: boolean
  /** Calls at once, instead of a call under way, also with `enabled: false`. Resolves with its call, never rejects. */
  refresh(): Promise<void>
}

/** What is called. `signal` aborts when the answer would not be shown any more. */
export type PolledFunction<T> = (context: { readonly signal: AbortSignal }) => T | Promise<T>

/** What is called, and who hears that it failed. */
export interface PolledCalls<T> {
  readonly fn: PolledFunction<T>
  readonly onError: ((error: unknown) => void) | undefined
}

export interface Polling<T> {
  readonly initial: Polled<T>
  get(): Polled<T>
  subscribe(listener: () => void): () => void
  /** Somebody is there to see answers, until the returned function is called. What to call is read for each call. */
  mount(calls: () => PolledCalls<T>): () => void
  /** Also for a wait that has begun. */
  pace(intervalMs: number, maxIntervalMs: number): void
  /** Calls, and calls again, until the returned function is called. */
  start(pauseHidden: boolean): () => void
}

/** Calls a function again and again, one call at a time, for as long as it is started. */
export function createPolling<T>(loading: boolean): Polling<T> {
  const clock = systemClock
  const timer = createTimer(clock)
  const refresh = (): Promise<void> => {
    dispatch('refresh')
    if (state.status === 'calling') show({ loading: true })
    return called
  }
  const initial: Polled<T> = { data: undefined, error: null, loading, refresh }
  const store = createStore(initial)
  let state: PollingState = { status: 'unmounted' }
  let calls!: () => PolledCalls<T>
  let pace = { intervalMs: 0, maxIntervalMs: 0 }
  let abort = new AbortController()
  let called = Promise.resolve()
  /** When the newest call since the start settled. */
  let settledAt: number | undefined
  let settled = false

  const show = (part: Partial<Polled<T>>): void => store.set({ ...store.get(), ...part })
  const dispatch = (change: PollingChange): void => {
    const before = state
    state = nextPolling(before, change)
    if (state === before) return
    // Only what follows the call under way has changed.
    if (before.status === 'calling' && state.status === 'calling' && change !== 'refresh') return
    if (before.status === 'calling' && change !== 'answered' && change !== 'failed') abort.abort()
    timer()
    if (state.status === 'calling') call()
    if (state.status === 'waiting') arm(state.failures)
  }
  const arm = (failures: number): void => {
    const due = (): void => dispatch('due')
    const { intervalMs, maxIntervalMs } = pace
    if (settledAt !== undefined) {
      const ms = Math.max(intervalMs, Math.min(maxIntervalMs, intervalMs * 2 ** failures))
      // The clock may have been set back.
      return timer(Math.min(ms, Math.max(0, settledAt + ms - clock.now())), due)
    }
    // StrictMode starts, stops and starts again: what is still wanted then is called, once.
    queueMicrotask(due)
  }
  const call = (): void => {
    abort = new AbortController()
    called = run(abort.signal)
  }
  const run = async (signal: AbortSignal): Promise<void> => {
    const { fn, onError } = calls()
    const settle = (change: 'answered' | 'failed', part: Partial<Polled<T>>): void => {
      settledAt = clock.now()
      settled = true
      dispatch(change)
      show({ ...part, loading: false })
    }
    try {
      const data = await fn({ signal })
      if (!signal.aborted) settle('answered', { data, error: null })
    } catch (error) {
      if (signal.aborted) return
      settle('failed', { error })
      // What it throws is the application's own mistake, reported as uncaught.
      queueMicrotask(() => onError?.(error))
    }
  }

  return {
    initial,
    get: store.get,
    subscribe: store.subscribe,
    mount(read) {
      calls = read
      dispatch('mount')
      return () => dispatch('unmount')
    },
    pace(intervalMs, maxIntervalMs) {
      pace = { intervalMs, maxIntervalMs }
      if (state.status === 'waiting') arm(state.failures)
    },
    start(pauseHidden) {
      settledAt = undefined
      dispatch('start')
      if (!settled) show({ loading: true })
      const unwatch = watchPage(pauseHidden, dispatch)
      return () => {
        unwatch()
        dispatch('stop')
        show({ loading: false })
      }
    },
  }
}
