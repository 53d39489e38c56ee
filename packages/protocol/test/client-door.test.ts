import { describe, expect, test } from 'vitest'
import { MAX_DEPTH, parseClientFrame, takeClientFrame, type ClientFrame, type Refused } from '../src/index.js'

const MAX_BYTES = 65_536

function taken(object: unknown): ClientFrame {
  const parsed = parseClientFrame(JSON.stringify(object), MAX_BYTES)
  if (!parsed.ok) throw new Error(`refused: ${parsed.message}`)
  return parsed.frame
}
function refused(input: unknown): Refused {
  const parsed = parseClientFrame(typeof input === 'string' ? input : JSON.stringify(input), MAX_BYTES)
  if (parsed.ok) throw new Error(`taken: ${JSON.stringify(parsed.frame)}`)
  return parsed
}
/** One refusal per wrong value of one field, each naming the field. */
function refusesEach(frame: Record<string, unknown>, field: string, values: readonly unknown[]): void {
  for (const value of values) {
    const refusal = refused({ ...frame, [field]: value })
    expect(refusal, JSON.stringify(value)).toMatchObject({ code: 'bad_request' })
    expect(refusal.message).toContain(`'${String(frame['type'])}' expects '${field}' to be `)
  }
}
function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels)
}

const NOT_ROOMS = [null, 7, true, [], {}, '', 'Chat', '..', '*', 'chat:', 'chat:a b', 'chat:a/b', 'chat:a\n', `chat:${'x'.repeat(129)}`, 'x'.repeat(33), '__proto__', 'chat:\ud800']
const NOT_IDS = [null, 7, {}, '', 'a b', 'ä', 'a\n', 'x'.repeat(65)]
const NOT_TEXTS = [null, 7, false, [], {}]

describe('frames a client may send', () => {
  test('client frame join: takes a room with position, rewind and state, and nothing else', () => {
    expect(taken({ type: 'join', room: 'chat:lobby' })).toStrictEqual({ type: 'join', room: 'chat:lobby' })
    const full = { type: 'join', room: 'chat:lobby', position: 'e:3:aaaaaaaa', rewind: 0, state: null }
    expect(taken({ ...full, data: 1, id: 'x' })).toStrictEqual(full)
    refusesEach({ type: 'join' }, 'room', [undefined, ...NOT_ROOMS])
    refusesEach({ type: 'join', room: 'a' }, 'position', NOT_TEXTS)
    refusesEach({ type: 'join', room: 'a' }, 'rewind', [-1, 0.5, 2 ** 53, 1e300, '3', null, [], {}])
  })
  test('client frame join: any text may stand as position, so that a garbage one joins without recovering', () => {
    const position = 'garbage '.repeat(200)
    expect(taken({ type: 'join', room: 'a', position })).toStrictEqual({ type: 'join', room: 'a', position })
  })
  test('client frame leave: takes a room', () => {
    expect(taken({ type: 'leave', room: 'order:42', more: 1 })).toStrictEqual({ type: 'leave', room: 'order:42' })
    refusesEach({ type: 'leave' }, 'room', [undefined, ...NOT_ROOMS])
  })
  test('client frame publish: takes an event with data, room, id and trace; absent data is null', () => {
    const full = { type: 'publish', event: 'message', data: { text: 'hi' }, room: 'a', id: 'm-1', trace: '00-ab-cd-01' }
    expect(taken({ ...full, from: 'root', offset: 9 })).toStrictEqual(full)
    expect(taken({ type: 'publish', event: 'm' })).toStrictEqual({ type: 'publish', event: 'm', data: null })
    expect(taken({ type: 'publish', event: 'm', data: false })).toStrictEqual({ type: 'publish', event: 'm', data: false })
    refusesEach({ type: 'publish' }, 'event', [undefined, ...NOT_TEXTS, '', 'x'.repeat(129)])
    refusesEach({ type: 'publish', event: 'm' }, 'room', NOT_ROOMS)
    refusesEach({ type: 'publish', event: 'm' }, 'id', NOT_IDS)
    refusesEach({ type: 'publish', event: 'm' }, 'trace', [...NOT_TEXTS, 'x'.repeat(513)])
  })
  test('client frame signal: takes a signal with data and room; absent data is null', () => {
    const full = { type: 'signal', signal: 'cursor', data: [1, 2], room: 'a' }
    expect(taken({ ...full, from: 'root' })).toStrictEqual(full)
    expect(taken({ type: 'signal', signal: 's' })).toStrictEqual({ type: 'signal', signal: 's', data: null })
    refusesEach({ type: 'signal' }, 'signal', [undefined, ...NOT_TEXTS, '', 'x'.repeat(129)])
    refusesEach({ type: 'signal', signal: 's' }, 'room', NOT_ROOMS)
  })
  test('client frame typing: takes on and room', () => {
    expect(taken({ type: 'typing', on: false, room: 'a', user: 'root' })).toStrictEqual({ type: 'typing', on: false, room: 'a' })
    expect(taken({ type: 'typing', on: true })).toStrictEqual({ type: 'typing', on: true })
    refusesEach({ type: 'typing' }, 'on', [undefined, null, 0, 1, 'true', [], {}])
    refusesEach({ type: 'typing', on: true }, 'room', NOT_ROOMS)
  })
  test('client frame presence: takes any state, null included, but not none', () => {
    expect(taken({ type: 'presence', state: { here: true }, room: 'a', user: 'root' })).toStrictEqual({ type: 'presence', state: { here: true }, room: 'a' })
    expect(taken({ type: 'presence', state: null })).toStrictEqual({ type: 'presence', state: null })
    refusesEach({ type: 'presence' }, 'state', [undefined])
    refusesEach({ type: 'presence', state: 1 }, 'room', NOT_ROOMS)
  })
  test('client frame members: takes a room and the user to go on after', () => {
    expect(taken({ type: 'members' })).toStrictEqual({ type: 'members' })
    expect(taken({ type: 'members', room: 'a', after: 'ana', limit: 9 })).toStrictEqual({ type: 'members', room: 'a', after: 'ana' })
    refusesEach({ type: 'members' }, 'room', NOT_ROOMS)
    refusesEach({ type: 'members' }, 'after', [...NOT_TEXTS, 'x'.repeat(129)])
  })
  test('client frame auth: takes a token and an id, and never quotes a refused token', () => {
    expect(taken({ type: 'auth', token: 't', id: 'a', user: 'root' })).toStrictEqual({ type: 'auth', token: 't', id: 'a' })
    expect(taken({ type: 'auth', token: 't' })).toStrictEqual({ type: 'auth', token: 't' })
    refusesEach({ type: 'auth' }, 'token', [undefined, ...NOT_TEXTS, '', 'x'.repeat(16_385)])
    refusesEach({ type: 'auth', token: 't' }, 'id', NOT_IDS)
    expect(refused({ type: 'auth', token: `secret${'x'.repeat(20_000)}` }).message).not.toContain('secret')
  })
  test('client frame ping: takes nothing', () => {
    expect(taken({ type: 'ping', data: 1 })).toStrictEqual({ type: 'ping' })
  })
  test('client frame pong: takes nothing', () => {
    expect(taken({ type: 'pong', data: 1 })).toStrictEqual({ type: 'pong' })
  })
})

describe('what the door refuses', () => {
  test('error code bad_json: text that is no JSON object', () => {
    for (const text of ['', ' ', '{oops', '{"type":"ping"', '{"type":"ping"}}', '{"type":"ping"}\n{"type":"ping"}', 'null', '7', '"ping"', '[]', '[{"type":"ping"}]', '\ud800', 'NaN', '\u0000'])
      expect(refused(text), text).toMatchObject({ code: 'bad_json' })
  })
  test('error code bad_request: the message names type, field, what it must be and what came, in short', () => {
    expect(refused({ type: 'typing', on: 'y'.repeat(5_000) }).message).toBe(`'typing' expects 'on' to be true or false, but got "${'y'.repeat(40)}"…`)
    expect(refused({ type: 'typing', on: [1, 2] }).message).toBe(`'typing' expects 'on' to be true or false, but got an array`)
    expect(refused({ type: 'typing', on: { a: 1 } }).message).toBe(`'typing' expects 'on' to be true or false, but got an object`)
    expect(refused({ type: 'typing', on: null }).message).toBe(`'typing' expects 'on' to be true or false, but got null`)
    expect(refused({ type: 'typing' }).message).toBe(`'typing' expects 'on' to be true or false, but got nothing`)
  })
  test('error code unknown_type: types of the server, of nobody, of other kinds, and none', () => {
    for (const type of ['event', 'welcome', 'dance', 'toString', '', 7, null, true, [], {}, 'JOIN'])
      expect(refused({ type, room: 'a' }), String(type)).toMatchObject({ code: 'unknown_type', room: 'a' })
    expect(refused({}).message).toBe("the object has no 'type': see PROTOCOL.md for what a client may send")
  })
  test('error code too_large: counted in bytes of UTF-8, before anything is parsed', () => {
    const fits = '{"type":"ping","x":"é"}'
    const bytes = Buffer.byteLength(fits)
    expect(bytes).toBe(fits.length + 1)
    expect(parseClientFrame(fits, bytes).ok).toBe(true)
    expect(parseClientFrame(fits, bytes - 1)).toMatchObject({ code: 'too_large', message: expect.stringContaining(`${bytes - 1} bytes`) })
    for (const letter of ['\u007f', '\u0080', '\u07ff', '\u0800', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}']) {
      const text = JSON.stringify({ type: 'ping', letter })
      expect([Buffer.byteLength(text) - 1, Buffer.byteLength(text)].map((max) => parseClientFrame(text, max).ok), JSON.stringify(letter)).toEqual([false, true])
    }
    expect(refused('{oops'.padEnd(MAX_BYTES + 1))).toMatchObject({ code: 'too_large' })
  })
  test('a refusal repeats the id and the room only where they are valid', () => {
    expect(refused({ type: 'typing', on: 1, id: 'a-1', room: 'chat:lobby' })).toMatchObject({ id: 'a-1', room: 'chat:lobby' })
    const bare = refused({ type: 'typing', on: 1, id: 'a b', room: '../etc' })
    expect(Object.keys(bare).sort()).toEqual(['code', 'message', 'ok'])
  })
})

describe('as an attacker would', () => {
  test(`nesting: level ${MAX_DEPTH} passes, one more and 30,000 do not`, () => {
    expect(MAX_DEPTH).toBe(32)
    expect(parseClientFrame(`{"type":"publish","event":"e","data":${nested(MAX_DEPTH - 1)}}`, MAX_BYTES).ok).toBe(true)
    for (const levels of [MAX_DEPTH, 30_000])
      expect(refused(`{"type":"publish","event":"e","data":${nested(levels)}}`)).toMatchObject({ code: 'bad_json', message: expect.stringContaining('deeper than 32') })
    expect(refused(`{"type":"ping","ignored":[1,{"a":${nested(MAX_DEPTH - 2)}}]}`)).toMatchObject({ code: 'bad_json' })
  })
  test('keys that reach a prototype are refused wherever they stand and however they are written', () => {
    for (const text of [
      '{"type":"ping","__proto__":{"admin":true}}',
      '{"type":"publish","event":"e","data":[{"__proto__":null}]}',
      '{"type":"publish","event":"e","data":{"\\u005f_proto_\\u005F":1}}',
      '{"type":"publish","event":"e","data":{"constructor":{"prototype":{}}}}',
      '{"__proto__":{"type":"ping"}}',
    ]) expect(refused(text), text).toMatchObject({ code: 'bad_json', message: expect.stringContaining('__proto__') })
    expect(taken({ type: 'publish', event: 'e', data: { constructor: 'Ford' } })).toMatchObject({ data: { constructor: 'Ford' } })
  })
  test('a number that JSON cannot write again is refused instead of becoming null', () => {
    for (const text of ['{"type":"publish","event":"e","data":1e999}', '{"type":"publish","event":"e","data":[{"n":-1e999}]}'])
      expect(refused(text)).toMatchObject({ code: 'bad_json', message: expect.stringContaining('number') })
  })
  test('a rewind that only looks like a safe integer is refused', () => {
    for (const rewind of ['9007199254740992', '1e16', '-1', '1.5', '1e-1', '-9007199254740993'])
      expect(refused(`{"type":"join","room":"a","rewind":${rewind}}`), rewind).toMatchObject({ code: 'bad_request' })
    expect(parseClientFrame('{"type":"join","room":"a","rewind":9007199254740991}', MAX_BYTES).ok).toBe(true)
  })
  test('lone surrogates pass in data, unchanged, and leave again as plain ASCII', () => {
    const frame = taken({ type: 'publish', event: 'e', data: { '\udc00': '\ud800' } })
    expect(frame).toStrictEqual({ type: 'publish', event: 'e', data: { '\udc00': '\ud800' } })
    expect(JSON.stringify(frame)).toContain(String.raw`{"\udc00":"\ud800"}`)
  })
  test('the last of two equal keys counts, for the type as for the rest', () => {
    expect(parseClientFrame('{"type":"ping","type":"leave","room":"../x","room":"a"}', MAX_BYTES)).toStrictEqual({ ok: true, frame: { type: 'leave', room: 'a' } })
  })
})

describe('values that are parsed already', () => {
  test('take the same way in', () => {
    expect(takeClientFrame({ type: 'typing', on: true, more: 1 })).toStrictEqual({ ok: true, frame: { type: 'typing', on: true } })
    for (const value of [undefined, null, 7, 'ping', [], () => 7]) expect(takeClientFrame(value)).toMatchObject({ ok: false, code: 'bad_json' })
    expect(takeClientFrame(JSON.parse(`{"type":"publish","event":"e","data":${nested(200_000)}}`))).toMatchObject({ code: 'bad_json' })
  })
  test('are searched for keys that reach a prototype, because the HTTP server may let them pass', () => {
    for (const text of ['{"type":"ping","a":[{"__proto__":{}}]}', '{"type":"ping","constructor":{"prototype":1}}'])
      expect(takeClientFrame(JSON.parse(text))).toMatchObject({ code: 'bad_json', message: expect.stringContaining('__proto__') })
  })
  test('that throw when read are refused, not thrown on', () => {
    expect(takeClientFrame({ type: 'ping', get data(): never { throw new Error('no') } })).toMatchObject({ code: 'bad_json' })
  })
})
