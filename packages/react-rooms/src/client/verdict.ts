import type { Retry } from 'rooms-protocol'

/** `CloseCode.forbidden`, in the one form that leaves the other codes out of the bundle. */
export const FORBIDDEN = 4003
/** Standard codes that would only come again: protocol errors and messages the server cannot take. */
const HOPELESS = [1002, 1003, 1007, 1008, 1009]

/**
 * What to do after a close without a `bye`: `retryOf` of rooms-protocol in the few words a browser needs (a test holds
 * the two together). 4200-4299 without a `retryAfterMs` means backoff, and so does a 1000 that the server, or some
 * proxy, sent.
 */
export function verdictOf(code: number): Retry {
  return code === 4001 ? 'refresh' : (code >= 4000 && code < 4100) || HOPELESS.includes(code) ? 'never' : 'backoff'
}
