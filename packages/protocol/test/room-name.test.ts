import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { isRoomName, roomId, roomKind, roomName, RoomsError } from '../src/index.js'
import { room, wildText } from './arbitraries.js'

const kind = fc.stringMatching(/^[a-z][a-z0-9_-]{0,31}$/)
/** Short enough to fit once every character is written as `~hh` of four bytes. */
const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 10 })

describe('isRoomName', () => {
  test('takes kind and kind:id', () => {
    for (const name of ['lobby', 'order:42', 'doc:acme:7', 'a', 'a-b_c9', 'a::', 'a:.', 'a:..', `${'k'.repeat(32)}:${'i'.repeat(128)}`]) expect(isRoomName(name), name).toBe(true)
    fc.assert(fc.property(room, (name) => {
      expect(isRoomName(name)).toBe(true)
    }))
  })
  test('refuses everything else', () => {
    for (const name of ['', ':', ':a', 'a:', 'A', '9a', '-a', '_a', '..', '*', '{x}', '\0', 'a:\r\n', 'a\n', 'a:b/c', 'a:b c', 'a:é', 'a:%40', '__proto__', `${'k'.repeat(33)}:i`, `k:${'i'.repeat(129)}`, null, undefined, 7, ['lobby'], {}])
      expect(isRoomName(name), JSON.stringify(name)).toBe(false)
  })
})

describe('roomKind and roomId', () => {
  test('split at the first colon', () => {
    expect([roomKind('doc:acme:7'), roomId('doc:acme:7')]).toEqual(['doc', 'acme:7'])
    expect([roomKind('lobby'), roomId('lobby')]).toEqual(['lobby', ''])
  })
  test('give back the name', () => {
    fc.assert(fc.property(room, (name) => {
      expect(roomId(name) === '' ? roomKind(name) : `${roomKind(name)}:${roomId(name)}`).toBe(name)
    }))
  })
})

describe('roomName', () => {
  test('gives a room name for any well-formed text', () => {
    fc.assert(fc.property(kind, text, (k, id) => {
      const name = roomName(k, id)
      expect(isRoomName(name)).toBe(true)
      expect(roomKind(name)).toBe(k)
    }))
  })
  test('never gives two texts one room: the text can be read back', () => {
    fc.assert(fc.property(text, (id) => {
      expect(decodeURIComponent(roomId(roomName('k', id)).replaceAll('~', '%'))).toBe(id)
    }), { numRuns: 500 })
    expect(roomName('k', '~40')).not.toBe(roomName('k', '@'))
    expect(roomName('k', '%40')).not.toBe(roomName('k', '@'))
  })
  test('writes what the grammar lacks as ~hh of its UTF-8 in lower-case hex', () => {
    expect(roomName('user', 'ana@example.com')).toBe('user:ana~40example.com')
    expect(roomName('user', 'auth0|Zoë')).toBe('user:auth0~7cZo~c3~ab')
    expect(roomName('user', "~!*'() /%")).toBe('user:~7e~21~2a~27~28~29~20~2f~25')
    expect(roomName('doc', 'acme:7')).toBe('doc:acme:7')
  })
  test('takes a number as its text', () => {
    expect(roomName('order', 42)).toBe('order:42')
    expect(roomName('order', 0)).toBe('order:0')
    expect(roomName('order', -1.5)).toBe('order:-1.5')
    expect(roomName('order', 1e21)).toBe('order:1e~2b21')
  })
  test('throws for an id that is missing, empty or no text', () => {
    for (const id of [undefined, null, '', NaN, Infinity, {}, [], ['a'], true, Symbol('s'), Object.create(null)])
      expectBadName(() => roomName('user', id as string), /expects the id to be a non-empty string or a finite number, but got/)
    expect(() => roomName('user', undefined as unknown as string)).toThrow('but got undefined')
    expect(() => roomName('user', NaN)).toThrow('but got NaN')
  })
  test('throws for an id too long once encoded, naming the cure', () => {
    expect(roomName('k', 'x'.repeat(128))).toHaveLength(130)
    expectBadName(() => roomName('k', 'x'.repeat(129)), /129 characters once encoded; the longest is 128: use a shorter id or its hash/)
    expectBadName(() => roomName('k', 'é'.repeat(22)), /132 characters/)
  })
  test('throws for half of a surrogate pair, which has no UTF-8', () => {
    for (const id of ['\ud800', 'a\udc00', '\udc00\ud800']) expectBadName(() => roomName('k', id), /lone surrogate/)
  })
  test('throws for a kind that is none', () => {
    for (const wrong of [undefined, null, '', 'User', '9', 'a:b', 'k'.repeat(33), 7, ['user'], 10n]) expectBadName(() => roomName(wrong as string, 'x'), /a room kind is/)
  })
  test('either gives a room name or throws a RoomsError', () => {
    fc.assert(fc.property(wildText, wildText, (k, id) => {
      try {
        expect(isRoomName(roomName(k, id))).toBe(true)
      } catch (error) {
        expect(error).toBeInstanceOf(RoomsError)
      }
    }))
  })
  test('types the kind, and refuses an id that may be undefined', () => {
    expectTypeOf(roomName('order', 42)).toEqualTypeOf<`order:${string}`>()
    expectTypeOf(roomName<'order'>).parameter(1).toEqualTypeOf<string | number>()
  })
})

function expectBadName(act: () => unknown, message: RegExp): void {
  expect(act).toThrow(expect.objectContaining({ name: 'RoomsError', code: 'ROOMS_BAD_ROOM_NAME', message: expect.stringMatching(message) }))
}
