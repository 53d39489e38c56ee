import { createTimer, systemClock } from '../client/clock.js'
import { UnauthorizedError } from '../client/errors.js'
import type { RoomsClientOptions, TokenReason } from '../client/options.js'
import { createEmitter, createStore } from '../client/store.js'
import { readEventStream } from '../client/transports/event-stream.js'
import { EventStreamError } from './errors.js'
import { nextSSE, type SSEChange, type SSEState } from './sse-state.js'
import { watchPage } from './watch-page.js'

export interface SSEOptions<T = unknown> {
  /** The events to hear, by name. Default `message`, which is what an unnamed event is. */
  event?: string
  /** The token for each connect, sent as `Authorization: Bearer`. Throwing `UnauthorizedError` stops; any other failure is retried. */
  getToken?: NonNullable<RoomsClientOptions['getToken']>
  /** Makes data of an event's text. Default `JSON.parse`. What it throws becomes `error`; the stream goes on. */
  parse?: (text: string) => T
  /** Hears every event, also those of a burst that renders only once. `id` is `''` for a stream without ids. */
  onEvent?: (data: T, meta: { readonly id: string }) => void
  /** Let go of the stream while the page is hidden, and resume it after. Default true. */
  pauseHidden?: boolean
  /** Replace a stream that was silent this long; comments count as life. Default: never, because not every server sends them. */
  silenceMs?: number
  /** Waits between attempts, with full jitter, on top of what the server's `retry:` asks for. Default 500 to 20,000 ms. */
  backoff?: { minMs?: number; maxMs?: number }
  /** Makes the request; to add headers or `credentials`. Default the platform's `fetch`. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>
}

/** A snapshot of a followed stream; the same object until something changes. */
export interface SSE<T = unknown> {
  /** Of the newest event; stays while the stream is away. */
  readonly data: T | undefined
  /** Why it is not connected, an `EventStreamError` or `UnauthorizedError`, or which event could not be read; null while all is well. */
  readonly error: Error | null
  readonly connected: boolean
  /** Connects at once, also after a stop. */
  retry(): void
}

export interface SSESource<T> {
  readonly initial: SSE<T>
  get(): SSE<T>
  subscribe(listener: () => void): () => void
  /** Follows until the returned function is called. Options are read when they are needed. */
  start(options: () => SSEOptions<T>, pauseHidden: boolean): () => void
}

/** Answers that a later try may not get. */
const PASSING = [408, 425, 429]

/** Follows one event stream, resuming it by `Last-Event-ID`, for as long as it is started. */
export function createSSESource<T>(url: string, event: string): SSESource<T> {
  /** A stream that held this long was no failure. */
  const STABLE_MS = 5_000
  const clock = systemClock
  const retry = (): void => dispatch('retry')
  const initial: SSE<T> = { data: undefined, error: null, connected: false, retry }
  const store = createStore(initial)
  const heard = createEmitter<{ event: [data: T, meta: { readonly id: string }] }>()
  /** For the next attempt or, while open, for a sign of life. */
  const timer = createTimer(clock)
  let state: SSEState = { status: 'idle' }
  let abort = new AbortController()
  let options: () => SSEOptions<T> = () => ({})
  let asked = false
  let id = ''
  /** What the server wants to be waited: by `retry:` for good, by `Retry-After` once. */
  let retryMs = 0
  let retryAfterMs = 0

  const show = (part: Partial<SSE<T>>): void => store.set({ ...store.get(), ...part })
  const dispatch = (change: SSEChange): void => {
    const before = state
    state = nextSSE(before, change)
    if (state === before || change === 'proven') return
    if (state.status === 'open') return show({ connected: true, error: null })
    abort.abort()
    timer()
    if (store.get().connected) show({ connected: false })
    if (state.status === 'waiting') {
      const { minMs = 500, maxMs = 20_000 } = options().backoff ?? {}
      timer(Math.max(retryMs, retryAfterMs) + clock.random() * Math.min(maxMs, minMs * 2 ** (state.attempt - 1)), () => dispatch('due'))
      retryAfterMs = 0
    }
    if (state.status !== 'connecting') return
    const { signal } = (abort = new AbortController())
    const reason = change === 'refused' ? change : asked ? 'reconnect' : 'initial'
    // StrictMode starts, stops and starts again: only what is still wanted then connects.
    queueMicrotask(() => {
      if (!signal.aborted) void connect(signal, reason)
    })
  }
  const end = (change: SSEChange, error: Error | null): void => {
    dispatch(change)
    // The first refused login is not told: there may be a better one.
    if (state.status !== 'connecting') show({ error })
  }

  const connect = async (signal: AbortSignal, reason: TokenReason): Promise<void> => {
    asked = true
    let openedAt: number | undefined
    try {
      const { getToken, fetch = globalThis.fetch } = options()
      const token = (await getToken?.({ reason, signal })) ?? null
      if (signal.aborted) return
      const response = await fetch(url, { headers: headersOf(token, id), signal, cache: 'no-store' })
      if (signal.aborted || !accepts(response)) return
      openedAt = clock.now()
      dispatch('opened')
      watch(signal)
      await readEventStream(response.body!, {
        alive: () => watch(signal),
        id: (newest) => void (signal.aborted || (id = newest)),
        retry: (ms) => void (retryMs = ms),
        event(message) {
          if (signal.aborted) return
          dispatch('proven')
          if (message.event === event) take(message.data, message.id)
        },
      }, id)
      if (!signal.aborted) ended(openedAt, null)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof UnauthorizedError) end('over', error)
      else ended(openedAt, failure('network', 'cannot be reached', { cause: error }))
    }
  }
  const watch = (signal: AbortSignal): void => {
    const { silenceMs } = options()
    if (silenceMs !== undefined && !signal.aborted) timer(silenceMs, () => end('failed', failure('network', `was silent for ${silenceMs} ms`)))
  }
  const ended = (openedAt: number | undefined, error: Error | null): void => {
    if (openedAt !== undefined && clock.now() - openedAt >= STABLE_MS) dispatch('proven')
    end('failed', error)
  }
  /** Whether an answer is a stream to read; does what follows if it is not. */
  const accepts = ({ ok, status, headers, body }: Response): boolean => {
    const bad = failure('bad_status', `answered ${status}`, { status })
    if (status === 204) end('over', null)
    else if (status === 401 || status === 403) end(options().getToken ? 'refused' : 'over', new UnauthorizedError(`${url} refused the login with ${status}`))
    else if (status >= 500 || PASSING.includes(status)) {
      retryAfterMs = Number(headers.get('retry-after')) * 1_000 || 0
      end('failed', bad)
    } else if (!ok) end('over', bad)
    else if (body && /^text\/event-stream\b/i.test(headers.get('content-type') ?? '')) return true
    else end('over', failure('bad_type', `answered ${headers.get('content-type')}, which is not text/event-stream`, { status }))
    return false
  }
  const take = (text: string, id: string): void => {
    let data: T
    try {
      data = (options().parse ?? JSON.parse)(text) as T
    } catch (cause) {
      return show({ error: failure('bad_data', `sent a "${event}" event that parse cannot read (JSON.parse by default): ${cause}`, { cause }) })
    }
    show({ data, error: null })
    heard.emit('event', data, { id })
  }
  const failure = (code: EventStreamError['code'], what: string, details?: { status?: number; cause?: unknown }): EventStreamError =>
    new EventStreamError(code, `${url} ${what}`, details)

  return {
    initial,
    get: store.get,
    subscribe: store.subscribe,
    start(read, pauseHidden) {
      options = read
      asked = false
      const deafen = heard.on('event', (data, meta) => options().onEvent?.(data, meta))
      dispatch('start')
      const unwatch = watchPage(pauseHidden, dispatch)
      return () => {
        unwatch()
        deafen()
        dispatch('stop')
      }
    },
  }
}

function headersOf(token: string | null, id: string): Record<string, string> {
  return {
    Accept: 'text/event-stream',
    ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
    // A header holds bytes, and the standard sends the id as UTF-8.
    ...(id === '' ? {} : { 'Last-Event-ID': String.fromCharCode(...new TextEncoder().encode(id)) }),
  }
}
