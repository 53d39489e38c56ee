import type { WebSocketConstructor } from 'react-rooms'
import { createCalmStore } from './calm-store.js'

/** HTTP requests of this window since it was opened; `refetches` are reads of the API that it had read before. */
export interface Calls { readonly all: number; readonly refetches: number }

/** The way to the server with a switch in it, so that a person can see what an outage looks like. */
export interface Network {
  isCut(): boolean
  subscribe(listener: () => void): () => void
  /** Cutting ends open sockets and requests as a pulled cable would; new ones fail until it is mended. */
  setCut(cut: boolean): void
  readonly calls: { get(): Calls; subscribe(listener: () => void): () => void }
  /** Whether a request of this window carried that event id. */
  asked(id: string): boolean
  readonly fetch: typeof fetch
  readonly WebSocket: WebSocketConstructor
}

export function createNetwork(): Network {
  const listeners = new Set<() => void>()
  const sockets = new Set<WebSocket>()
  const ids = new Set<string>()
  const calls = createCalmStore<Calls>({ all: 0, refetches: 0 })
  const read = new Set<string>()
  const request = window.fetch.bind(window)
  let wire = new AbortController()

  const cuttable: typeof fetch = (input, init) => {
    const { all, refetches } = calls.get()
    const path = String(input)
    const isRead = (init?.method ?? 'GET') === 'GET' && path.startsWith('/api/')
    calls.set({ all: all + 1, refetches: isRead && read.has(path) ? refetches + 1 : refetches })
    if (isRead) read.add(path)
    const id = new Headers(init?.headers).get('rooms-event-id')
    if (id !== null) ids.add(id)
    return request(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, wire.signal]) : wire.signal })
  }
  // The rooms client asks by itself where there is no WebSocket; a cut cable cuts that too.
  window.fetch = cuttable

  return {
    isCut: () => wire.signal.aborted,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    setCut(cut) {
      if (cut) {
        wire.abort(new TypeError('The network is cut.'))
        for (const socket of sockets) lose(socket)
      } else {
        wire = new AbortController()
      }
      for (const listener of listeners) listener()
    },
    calls,
    asked: (id) => ids.has(id),
    fetch: cuttable,
    WebSocket: class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols)
        if (wire.signal.aborted) this.close()
        sockets.add(this)
        this.addEventListener('close', () => sockets.delete(this))
      }
    },
  }
}

/** The page sees what a dead line gives it: 1006, at once, without a goodbye. */
function lose(socket: WebSocket): void {
  socket.close()
  socket.dispatchEvent(new CloseEvent('close', { code: 1006, wasClean: false }))
}
