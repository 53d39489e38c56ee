import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byteLengthOf, endOfText, readText, writeText } from '../../src/broker/text-bytes.js'

/** Halves of surrogate pairs, too. */
const text = fc.array(fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0x80, max: 0xffff })), { maxLength: 20 }).map((units) => String.fromCharCode(...units))

test('any text comes back as it was, from where it was written', () => {
  fc.assert(fc.property(text, fc.nat({ max: 9 }), (written, start) => {
    const bytes = new Uint8Array(100)
    const end = writeText(bytes, start, written)
    expect(end - start).toBe(byteLengthOf(written))
    expect(readText(bytes, start, end)).toBe(written)
    expect(endOfText(bytes, start, written)).toBe(end)
  }))
})

test('another text is not taken for it, however alike, nor the beginning for the whole', () => {
  fc.assert(fc.property(text, text, (written, other) => {
    const bytes = new Uint8Array(100)
    const end = writeText(bytes, 0, written)
    expect(endOfText(bytes, 0, other) === end).toBe(written === other)
    for (let cut = 0; cut < written.length; cut++) expect(endOfText(bytes, 0, written.slice(0, cut))).toBeLessThan(end)
  }))
  const alike = ['', 'a', 'A', 'é', 'e\u0301', '\u0080', '\ud83d', '\ude00', '\ud83d\ude00', '\ufffd', '\u4080', '\u0001']
  for (const written of alike)
    for (const other of alike) {
      const bytes = new Uint8Array(20)
      const end = writeText(bytes, 0, written)
      expect(endOfText(bytes, 0, other) === end).toBe(written === other)
    }
})
