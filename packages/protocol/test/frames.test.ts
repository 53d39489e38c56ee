import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  closeVerdict, encodeFrame, ERROR_CODES, foldPresence, formatPosition, parsePosition, parseServerBatch, SUBPROTOCOL, SUBPROTOCOL_SINGLE,
  type CloseVerdict, type ErrorCode, type ErrorFrame, type EventFrame, type JoinedFrame, type Member, type ServerFrame,
} from '../src/index.js'

/** A frame as a client gets it: typed here, encoded, and read by the client's own parser. */
function arrives<F extends ServerFrame>(frame: F): F {
  const [only, ...others] = parseServerBatch(encodeFrame(frame))
  expect(others).toEqual([])
  expect(only).toStrictEqual(frame)
  return only as F
}

const ana: Member = { user: 'ana', info: { name: 'Ana' }, state: null, connections: 1, since: 1_764_000_000_000 }
const bo: Member = { ...ana, user: 'bo' }
const limits = { messageBytes: 65_536, batchBytes: 262_144, messagesPerSecond: 50, rooms: 100, members: 200, stateBytes: 1_024 }
const joined: JoinedFrame = {
  type: 'joined', room: 'chat:lobby', position: 'e:41:aaaaaaaa', replay: 0, members: [ana], size: 1, typing: [],
  grants: { publish: ['message'], signal: [], presence: true, history: true },
}
const event: EventFrame = { type: 'event', room: 'chat:lobby', event: 'message', data: { text: 'Hi' }, offset: 42, tag: 'bbbbbbbb', id: 'm-1', at: 1_764_000_000_000 }

describe('frames a server may send', () => {
  test('server frame welcome: names the protocol and the limits', () => {
    const welcome = arrives({ type: 'welcome', protocol: SUBPROTOCOL, connection: 'c', user: 'ana', now: 1, pingMs: 25_000, limits, features: [] })
    expect(welcome.limits.batchBytes).toBeGreaterThan(welcome.limits.messageBytes)
    arrives({ ...welcome, expiresAt: 2 })
  })
  test('server frame joined: holds a position that parses, and says whether an earlier one recovered', () => {
    expect(parsePosition(arrives(joined).position)).not.toBeNull()
    arrives({ ...joined, recovered: true, replay: 3, more: true })
    arrives({ ...joined, recovered: false, reason: 'trimmed' })
  })
  test('server frame left: gives a close code and what to do', () => {
    const left = arrives({ type: 'left', room: 'user:bo', code: 4003, reason: 'forbidden', retry: 'never' })
    expect(closeVerdict(left.code)).toBe('stop')
  })
  test('server frame event: makes the next position with the epoch of the room', () => {
    arrives({ ...event, from: 'ana', trace: '00-ab-cd-01' })
    expect(parsePosition(formatPosition({ ...arrives(event), epoch: parsePosition(joined.position)!.epoch }))).toEqual({ epoch: 'e', offset: 42, tag: 'bbbbbbbb' })
  })
  test('server frame skip: makes the next position too, and may name the event', () => {
    arrives({ type: 'skip', room: 'chat:lobby', offset: 43, tag: 'cccccccc' })
    const skip = arrives({ type: 'skip', room: 'chat:lobby', offset: 43, tag: 'cccccccc', id: 'm-1' })
    expect(parsePosition(formatPosition({ epoch: 'e', ...skip }))).toEqual({ epoch: 'e', offset: 43, tag: 'cccccccc' })
  })
  test('server frame signal: says who sent it', () => {
    expect(arrives({ type: 'signal', room: 'a', signal: 'cursor', data: [1, 2], from: 'ana' }).from).toBe('ana')
  })
  test('server frame presence: folds as it is', () => {
    const presence = arrives({ type: 'presence', room: 'a', left: ['ana'], joined: [bo], changed: [], size: 1 })
    expect([...foldPresence(new Map([['ana', ana]]), presence).keys()]).toEqual(['bo'])
  })
  test('server frame members: is a page, with more or without', () => {
    expect(arrives({ type: 'members', room: 'a', members: [ana, bo], more: true }).members.at(-1)?.user).toBe('bo')
    arrives({ type: 'members', room: 'a', members: [] })
  })
  test('server frame typing: names the user', () => {
    expect(arrives({ type: 'typing', room: 'a', user: 'ana', on: true }).user).toBe('ana')
  })
  test('server frame reset: gives a position to go on from, that of an empty room included', () => {
    expect(parsePosition(arrives({ type: 'reset', room: 'a', position: 'f:0:-', reason: 'epoch' }).position)).toEqual({ epoch: 'f', offset: 0, tag: '-' })
  })
  test('server frame live: is about one room, or about all', () => {
    arrives({ type: 'live', on: false })
    arrives({ type: 'live', on: true, room: 'a' })
  })
  test('server frame ack: holds a position, a result, both or neither', () => {
    arrives({ type: 'ack', id: 'm-1' })
    arrives({ type: 'ack', id: 'm-1', room: 'a', position: 'e:42:bbbbbbbb', duplicate: true, result: { upTo: 3 } })
  })
  test('server frame error: takes the codes of the protocol and those of a handler', () => {
    arrives({ type: 'error', code: 'rate_limited', message: 'wait', id: 'm-1', room: 'a', retryAfterMs: 20 })
    arrives({ type: 'error', code: 'invalid_data', message: 'no', issues: [{ path: 'text', message: 'expected a string' }] })
    arrives({ type: 'error', code: 'shop_closed', message: 'Come back at nine' })
    expectTypeOf<ErrorFrame['code']>().toEqualTypeOf<string>()
  })
  test('server frame ping: holds nothing', () => {
    expect(encodeFrame(arrives({ type: 'ping' }))).toBe('{"type":"ping"}')
  })
  test('server frame pong: holds nothing', () => {
    expect(encodeFrame(arrives({ type: 'pong' }))).toBe('{"type":"pong"}')
  })
  test('server frame bye: gives a close code, what to do and when', () => {
    const bye = arrives({ type: 'bye', code: 4200, reason: 'draining', retry: 'now', retryAfterMs: 3_000 })
    expectTypeOf(closeVerdict(bye.code)).toEqualTypeOf<CloseVerdict>()
    expect(closeVerdict(bye.code)).toBe('after')
  })
})

test('the error codes are those of the design, each once', () => {
  expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length)
  expect([...ERROR_CODES].sort()).toEqual([
    'bad_json', 'bad_request', 'conflict', 'forbidden', 'internal', 'invalid_data', 'not_joined', 'rate_limited', 'too_large', 'unauthorized', 'unavailable', 'uncertain', 'unknown_type',
  ])
  expectTypeOf<ErrorCode>().toEqualTypeOf<(typeof ERROR_CODES)[number]>()
})

test('the subprotocols are tokens that a WebSocket handshake takes', () => {
  expect([SUBPROTOCOL, SUBPROTOCOL_SINGLE]).toEqual(['rooms.v1', 'rooms.v1.single'])
})
