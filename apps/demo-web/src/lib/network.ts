import type { WebSocketConstructor } from 'react-rooms'

/** The way to the server with a switch in it, so that a person can see what an outage looks like. */
export interface Network {
  isCut(): boolean
  subscribe(listener: () => void): () => void
  /** Cutting ends open sockets and requests as a pulled cable would; new ones fail until it is mended. */
  setCut(cut: boolean): void
  readonly fetch: typeof fetch
  readonly WebSocket: WebSocketConstructor
}

export function createNetwork(): Network {
  const listeners = new Set<() => void>()
  const sockets = new Set<WebSocket>()
  let wire = new AbortController()

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
    fetch: (input, init) => fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, wire.signal]) : wire.signal }),
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
