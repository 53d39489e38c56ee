/**
 * Why a connection was closed or a room left. The range is the verdict: 4000-4099 stop, 4100-4199 reconnect with
 * backoff, 4200-4299 reconnect after `retryAfterMs`.
 */
export const CloseCode = {
  /** The client is done; in `left`, the answer to `leave`. */
  normal: 1000,
  /** A binary message. */
  unsupportedData: 1003,
  /** Text that is not UTF-8. */
  invalidPayload: 1007,
  /** A message over `limits.batchBytes`. */
  messageTooBig: 1009,
  /** Something failed inside the server. */
  internal: 1011,
  /** No, a wrong or an expired token. The client asks for a new token once, then stops. */
  unauthorized: 4001,
  /** The client broke the protocol; coming back would repeat it. */
  protocolError: 4002,
  /** Not allowed in the room, or no such kind of room: the two answer alike. */
  forbidden: 4003,
  /** `rooms.disconnect` was called. */
  disconnected: 4010,
  /** More than `limits.badMessages` unreadable messages within 10 s. */
  badMessages: 4013,
  /** The client read too slowly; the server terminates, so the client may see 1006. */
  tooSlow: 4100,
  /** No answer to a ping frame; the server terminates, so the client may see 1006. */
  noPong: 4101,
  /** 200 refused objects within 10 s of `rate_limited`. */
  rateLimited: 4129,
  /** More than `limits.connectionsPerUser` connections of this user. */
  tooManyConnections: 4130,
  /** The server is shutting down; come back after `retryAfterMs`. */
  draining: 4200,
} as const
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode]

/** What `bye` and `left` tell the client to do. */
export type Retry = 'never' | 'refresh' | 'backoff' | 'now'

/** What a client does after a close: stop for good, ask for a new token once, reconnect with backoff, or reconnect after `retryAfterMs`. */
export type CloseVerdict = 'stop' | 'refresh' | 'backoff' | 'after'

const STOP = new Set([1002, 1003, 1007, 1008, 1009])

/**
 * The verdict of a close code. Codes this version does not know are judged by their range; the rest is `backoff`.
 *
 * @param byClient whether the client closed by itself: only then is 1000 a stop, because a proxy or another server
 * that closes politely must not end the client for good.
 */
export function closeVerdict(code: number, byClient = false): CloseVerdict {
  if (code === CloseCode.unauthorized) return 'refresh'
  if (STOP.has(code) || (code >= 4000 && code < 4100) || (byClient && code === CloseCode.normal)) return 'stop'
  return code >= 4200 && code < 4300 ? 'after' : 'backoff'
}

/** The `retry` a server writes next to a code in `bye` and `left`; 1000 there answers the client's own wish. */
export function retryOf(code: number): Retry {
  const verdict = closeVerdict(code, true)
  return verdict === 'stop' ? 'never' : verdict === 'after' ? 'now' : verdict
}
