import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CloseCode, closeVerdict, retryOf } from '../src/index.js'

describe('the codes a server uses', () => {
  test('close code 1000: stops a client that asked for it, and only that one', () => {
    expect(CloseCode.normal).toBe(1000)
    expect(closeVerdict(1000, true)).toBe('stop')
    expect(closeVerdict(1000)).toBe('backoff')
    expect(retryOf(1000)).toBe('never')
  })
  test('close code 1003: a binary message stops', () => expectVerdict(CloseCode.unsupportedData, 1003, 'stop', 'never'))
  test('close code 1007: text that is not UTF-8 stops', () => expectVerdict(CloseCode.invalidPayload, 1007, 'stop', 'never'))
  test('close code 1009: a message too big stops', () => expectVerdict(CloseCode.messageTooBig, 1009, 'stop', 'never'))
  test('close code 1011: a failure inside the server backs off', () => expectVerdict(CloseCode.internal, 1011, 'backoff', 'backoff'))
  test('close code 4001: a refused token is refreshed', () => expectVerdict(CloseCode.unauthorized, 4001, 'refresh', 'refresh'))
  test('close code 4002: a protocol error stops', () => expectVerdict(CloseCode.protocolError, 4002, 'stop', 'never'))
  test('close code 4003: a forbidden room stops', () => expectVerdict(CloseCode.forbidden, 4003, 'stop', 'never'))
  test('close code 4010: a disconnected user stops', () => expectVerdict(CloseCode.disconnected, 4010, 'stop', 'never'))
  test('close code 4013: too many bad messages stop', () => expectVerdict(CloseCode.badMessages, 4013, 'stop', 'never'))
  test('close code 4100: a slow reader backs off', () => expectVerdict(CloseCode.tooSlow, 4100, 'backoff', 'backoff'))
  test('close code 4101: a silent client backs off', () => expectVerdict(CloseCode.noPong, 4101, 'backoff', 'backoff'))
  test('close code 4129: a client over its rate backs off', () => expectVerdict(CloseCode.rateLimited, 4129, 'backoff', 'backoff'))
  test('close code 4130: a user with too many connections backs off', () => expectVerdict(CloseCode.tooManyConnections, 4130, 'backoff', 'backoff'))
  test('close code 4200: a draining server is come back to', () => expectVerdict(CloseCode.draining, 4200, 'after', 'now'))

  function expectVerdict(code: CloseCode, number: number, verdict: string, retry: string): void {
    expect(code).toBe(number)
    expect(closeVerdict(code)).toBe(verdict)
    expect(retryOf(code)).toBe(retry)
  }
})

describe('codes this version does not know', () => {
  test('are judged by their range', () => {
    fc.assert(fc.property(fc.integer({ min: 4000, max: 4299 }).filter((code) => code !== 4001), (code) => {
      expect(closeVerdict(code)).toBe(code < 4100 ? 'stop' : code < 4200 ? 'backoff' : 'after')
    }))
  })
  test('are judged alike up to the edges of the ranges', () => {
    expect([4000, 4099, 4100, 4199, 4200, 4299].map((code) => closeVerdict(code))).toEqual(['stop', 'stop', 'backoff', 'backoff', 'after', 'after'])
  })
  test('back off outside the ranges, so that a strange proxy ends nobody for good', () => {
    for (const code of [0, 999, 1001, 1004, 1005, 1006, 1010, 1012, 1013, 1014, 1015, 3000, 3999, 4300, 4999, NaN]) expect(closeVerdict(code), String(code)).toBe('backoff')
  })
  test('stop for the standard codes that say the client is at fault', () => {
    for (const code of [1002, 1003, 1007, 1008, 1009]) expect(closeVerdict(code), String(code)).toBe('stop')
  })
})
