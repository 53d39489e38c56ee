import type { JoinFrame } from 'rooms-protocol'
import type { Settings } from '../options.js'

/** How a client can reach its server. */
export type Transport = 'websocket' | 'sse' | 'poll'

/** What comes out of a link, and what it may ask. */
export interface LinkEnds {
  /** Aborts when the session is over for this side: nothing the link says is heard any more, and it lets go at once, without waiting for an answer that a dead peer never gives. */
  readonly signal: AbortSignal
  /** Whose turn this attempt is. */
  readonly transport: Transport
  /**
   * Any number of the server's objects, separated by `\n`; each message, an empty one too, is a sign of life. A session
   * begins with `welcome` or ends with `bye`; a link that learns either in another way (a 401's body) says so here.
   */
  message(text: string): void
  /** It ended from the other side, with this close code; 1006 without one. Never before the link was returned. */
  closed(code: number): void
  /**
   * How each held room would be joined now, for wires that name rooms in their first request. On a shared connection each
   * of these is also sent after `welcome`; a connection of one room counts on its address.
   */
  joins(): JoinFrame[]
}

/**
 * One session's wire to the server, over whatever transport. The connection above it knows nothing else of transports:
 *
 * - An attempt that ends before its first message is the transport's failure, and the next attempt is the next one's. A
 *   link that can tell sooner than the handshake's 20 s that nothing will come (a proxy that buffers) ends itself.
 * - Whatever is sent is answered as a WebSocket would: `ping` leads to some message within 5 s or the session counts as
 *   dead, an `auth` that the wire has no word for is acked by the link, what cannot be sent at all is dropped.
 */
export interface Link {
  /** The one in use; may be, or become, another than it was to be. */
  transport: Transport
  /**
   * One client object as JSON; called only between `welcome` and the end.
   *
   * @param batchBytes the longest message the server takes, in UTF-8 bytes; one with a single object may be longer.
   */
  send(encoded: string, batchBytes: number): void
}

/**
 * Opens a session.
 *
 * @param path what follows the transport's name in the address: the query, before it the room of a connection that serves one only.
 */
export type OpenLink = (settings: Settings, path: string, token: string | null, ends: LinkEnds) => Link

/** Opens a session that needs more than the core has, on a link that was returned already. */
export type FillLink = (link: Link, ...session: Parameters<OpenLink>) => void
