import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatPosition, parsePosition } from '../src/index.js'
import { json, position, wildText } from './arbitraries.js'

describe('a position', () => {
  test('parses to what was formatted', () => {
    fc.assert(fc.property(position, (place) => {
      expect(parsePosition(formatPosition(place))).toStrictEqual(place)
    }))
  })
  test('formats to what was parsed, and nothing else parses', () => {
    const nearly = fc.tuple(position.map(formatPosition), fc.nat(), fc.nat(3), fc.oneof(wildText, fc.stringMatching(/^[A-Za-z0-9:_+. -]{0,4}$/)))
      .map(([text, at, length, other]) => text.slice(0, at % (text.length + 1)) + other + text.slice((at % (text.length + 1)) + length))
    fc.assert(fc.property(fc.oneof(nearly, wildText), (text) => {
      const place = parsePosition(text)
      if (place !== null) expect(formatPosition(place)).toBe(text)
    }), { numRuns: 1_000 })
  })
  test('has offset 0 and tag - in an empty room, and only there', () => {
    expect(parsePosition('e:0:-')).toStrictEqual({ epoch: 'e', offset: 0, tag: '-' })
    expect(parsePosition('e:0:aaaaaaaa')).toBeNull()
    expect(parsePosition('e:1:-')).toBeNull()
  })
  test('takes offsets up to the largest safe integer', () => {
    expect(parsePosition('e:9007199254740991:aaaaaaaa')?.offset).toBe(Number.MAX_SAFE_INTEGER)
    expect(parsePosition('e:9007199254740992:aaaaaaaa')).toBeNull()
    expect(parsePosition('e:9007199254740993:aaaaaaaa')).toBeNull()
    expect(parsePosition('e:99999999999999999999:aaaaaaaa')).toBeNull()
  })
  test('refuses numbers written in any other way', () => {
    for (const offset of ['', '-1', '-0', '+1', '01', '00', '1.0', '1.5', '1e3', '0x1', ' 1', '1 ', '١', 'NaN', 'Infinity'])
      expect(parsePosition(`e:${offset}:aaaaaaaa`), offset).toBeNull()
  })
  test('refuses a wrong number of parts, letters outside the grammar and wrong lengths', () => {
    for (const text of ['', ':', '::', 'e:1', 'e:1:aaaaaaaa:', ':1:aaaaaaaa', 'e:1:', 'e:1:aaaaaaa', 'e:1:aaaaaaaaa', 'e:1:aaaa+aaa', 'é:1:aaaaaaaa', `${'e'.repeat(33)}:1:aaaaaaaa`, 'e:1:aaaaaaaa\n', '\ne:1:aaaaaaaa', 'e:1:aaaaaaaa\0'])
      expect(parsePosition(text), JSON.stringify(text)).toBeNull()
    expect(parsePosition(`${'e'.repeat(32)}:1:Az0_-Az0`)).not.toBeNull()
  })
  test('is a string: no other JSON value is taken, nor thrown over', () => {
    fc.assert(fc.property(json.filter((value) => typeof value !== 'string'), (value) => {
      expect(parsePosition(value)).toBeNull()
    }))
    expect(parsePosition(['e:1:aaaaaaaa'])).toBeNull()
    expect(parsePosition(undefined)).toBeNull()
  })
})
