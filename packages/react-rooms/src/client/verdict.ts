import type { Retry } from 'rooms-protocol'

/** `CloseCode.forbidden`, in the one form that leaves the other codes out of the bundle. */
export const FORBIDDEN = 4003

/**
 * What to do after a close without a `bye`: `retryOf` of rooms-protocol in the few words a browser needs (a test holds
 * the two together). 4200-4299 without a `retryAfterMs` means backoff, and so does a 1000 that the server, or some
 * proxy, sent.
 */
export const verdictOf = (code?: number): Retry => {
  if (code === 4001) return 'refresh'
  // 4000-4099, and standard ones that would only come again: protocol errors, messages the server cannot take.
  return /^(40..|100[23789])$/.test(`${code}`) ? 'never' : 'backoff'
}
