import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fingerprint } from '../src/fingerprint.js'

/** As it came over the wire. */
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown)

test('the same data has the same fingerprint, and other data another', () => {
  fc.assert(fc.property(fc.string(), json, fc.string(), json, (name, data, otherName, other) => {
    expect(fingerprint(name, JSON.parse(JSON.stringify(data)))).toBe(fingerprint(name, data))
    const isSame = JSON.stringify([name, data]) === JSON.stringify([otherName, other])
    expect(fingerprint(otherName, other) === fingerprint(name, data)).toBe(isSame)
  }), { numRuns: 2_000 })
})

test('nothing that one may easily mistake has the same fingerprint', () => {
  const alike: unknown[] = [
    null, true, false, 0, 1, 5, '', '1', 'true', 'null', [], {}, [[]], [{}], [null], [0], [1], ['1'], [0, 0], [1, 0], [0, 1], 0.5, -0.5, 1.5, -1, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 32 + 1, 2 ** 53, 1e300,
    ['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['', 'abc'], [['a'], 'b'], ['a', ['b']], [['a', 'b']], { a: 'b' }, { a: ['b'] }, { ab: '' }, { a: 1, b: 2 }, { a: 2, b: 1 }, { a: { b: 1 } }, [{ a: 1 }, { b: 2 }], [{ a: 1, b: 2 }],
    { amount: 10 }, { amount: 100 }, { amount: 10.01 }, { amount: 1_760_000_000_000 }, { amount: 1_760_000_000_001 }, 'é', 'e\u0301', '\ud800', '\udc00', '\ud83d\ude00',
  ]
  expect(new Set(alike.map((data) => fingerprint('order', data))).size).toBe(alike.length)
  expect(new Set(Array.from({ length: 20_000 }, (_, n) => fingerprint('order', { n }))).size).toBe(20_000)
  expect(fingerprint('ab', 'c')).not.toBe(fingerprint('a', 'bc'))
})

test('nodes of any version agree: these values never change', () => {
  expect(fingerprint('order', { table: 7, items: [{ dish: 'Soup', count: 2 }], note: null, total: 12.5, isPaid: false })).toBe(293323227)
  expect(fingerprint('', '')).toBe(-191190522)
})
