import { retryOf } from 'rooms-protocol'
import { expect, it } from 'vitest'
import { verdictOf } from '../../src/client/verdict.js'

it('judges every close code as the protocol does, save those that need the words of a bye', () => {
  for (let code = 1000; code < 5000; code++) {
    const protocol = retryOf(code)
    // Without a retryAfterMs, `now` has nothing to tell; and a 1000 from the other side is no wish of ours.
    const expected = protocol === 'now' || code === 1000 ? 'backoff' : protocol
    expect([code, verdictOf(code)]).toEqual([code, expected])
  }
})
