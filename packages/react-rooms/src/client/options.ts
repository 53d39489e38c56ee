import { systemClock, type Clock } from './clock.js'
import { openLink } from './transports/open-link.js'
import type { OpenLink, Transport } from './transports/transport.js'

/** Why a token is asked for. `refused`: the server did not take the last one; a second refusal stops. */
export type TokenReason = 'initial' | 'reconnect' | 'expiring' | 'refused'

/** The part of a WebSocket the client uses: the browser's, Node's and that of `ws` have it. */
export interface WebSocketLike {
  onmessage: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  send(text: string): void
  close(code?: number): void
}
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike

export interface RoomsClientOptions {
  /** Where the server is, `https://api.example.com` or with a prefix; `''` for the page's own origin. */
  url: string
  /**
   * The token for the next connection or, with `expiring`, for the open one. `signal` aborts when nobody waits for it
   * any more. Throwing `UnauthorizedError` stops; any other failure is retried with backoff.
   */
  getToken?: (context: { reason: TokenReason; signal: AbortSignal }) => string | null | Promise<string | null>
  /** One connection for all rooms (default), or with `false` one per room, for servers that route by room. */
  share?: boolean
  /** Waits between attempts, with full jitter. Default 500 to 20,000 ms. */
  backoff?: { minMs?: number; maxMs?: number }
  /** How long a room stays joined after its last holder let go. Default 2,000. */
  lingerMs?: number
  /** How long to wait for an ack before the publish is sent again with the same id. Default 10,000. */
  ackTimeoutMs?: number
  /** How long a connection may be away before it counts as lost. Default 5,000. */
  lostAfterMs?: number
  /** Least time between two presence states of a room. Default 100. */
  presenceThrottleMs?: number
  /** Bounds of what waits to be acknowledged; overflow and age reject. Default 100 publishes, 262,144 bytes, 30,000 ms (at most 240,000). */
  queue?: { max?: number; maxBytes?: number; maxAgeMs?: number }
  /**
   * What to connect by, in this order. One that fails before the server said anything is followed by the next; each
   * reconnect begins with the first again. Default `['websocket', 'sse', 'poll']`.
   */
  transports?: readonly Transport[]
  /** The WebSocket to use where the platform has none, as Node 20. */
  WebSocket?: WebSocketConstructor
  /** Time and chance; for tests. */
  clock?: Clock
}

/** The options with every default filled in. */
export interface Settings extends RoomsClientOptions {
  readonly share: boolean
  readonly backoff: { readonly minMs: number; readonly maxMs: number }
  readonly lingerMs: number
  readonly ackTimeoutMs: number
  readonly lostAfterMs: number
  readonly presenceThrottleMs: number
  readonly queue: { readonly max: number; readonly maxBytes: number; readonly maxAgeMs: number }
  readonly transports: readonly Transport[]
  readonly clock: Clock
  /** Every session of every connection is opened through this; devtools put themselves in between. */
  open: OpenLink
}

export const settingsOf = (options: RoomsClientOptions): Settings => ({
  share: true, lostAfterMs: 5_000, lingerMs: 2_000, ackTimeoutMs: 10_000, presenceThrottleMs: 100, clock: systemClock, transports: ['websocket', 'sse', 'poll'],
  ...options, open: openLink,
  backoff: { minMs: 500, maxMs: 20_000, ...options.backoff }, queue: { max: 100, maxBytes: 262_144, maxAgeMs: 30_000, ...options.queue },
})
