import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeFrame, parseClientFrame, takeClientFrame, type Parsed } from '../src/index.js'
import { clientFrame, clientFrames, json, wildText } from './arbitraries.js'

const MAX_BYTES = 1_048_576
const REFUSALS = new Set(['bad_json', 'bad_request', 'unknown_type', 'too_large'])

/** What holds for any answer of the door: a frame that parses to itself, or a refusal that can be sent. */
function expectAnswer(parsed: Parsed): void {
  if (parsed.ok) {
    expect(parseClientFrame(encodeFrame(parsed.frame), MAX_BYTES)).toStrictEqual(normal(parsed))
  } else {
    expect(REFUSALS).toContain(parsed.code)
    expect(parsed.message).not.toBe('')
    expect(parsed.message.length).toBeLessThan(400)
  }
}
/** JSON writes -0 as 0. */
function normal(parsed: Parsed): Parsed {
  return JSON.parse(JSON.stringify(parsed)) as Parsed
}

describe('parsing what was encoded gives the same frame', () => {
  for (const [type, frames] of Object.entries(clientFrames)) {
    test(`for every ${type}`, () => {
      fc.assert(fc.property(frames, (frame) => {
        expect(parseClientFrame(encodeFrame(frame), MAX_BYTES)).toStrictEqual({ ok: true, frame })
      }))
    })
  }
})

describe('nothing throws', () => {
  test('no text', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), wildText, fc.json()), (text) => expectAnswer(parseClientFrame(text, MAX_BYTES))), { numRuns: 500 })
  })
  test('no JSON value, parsed already or not', () => {
    const types = fc.constantFrom(...Object.keys(clientFrames))
    const objects = fc.oneof(json, fc.tuple(types, fc.dictionary(fc.constantFrom('room', 'event', 'data', 'id', 'signal', 'on', 'state', 'position', 'rewind', 'token', 'after', 'trace'), json)).map(([type, rest]) => ({ type, ...rest })))
    fc.assert(fc.property(objects, (value) => {
      expectAnswer(takeClientFrame(value))
      expectAnswer(parseClientFrame(JSON.stringify(value), MAX_BYTES))
    }), { numRuns: 500 })
  })
  test('no valid frame whose text was cut, doubled or overwritten', () => {
    fc.assert(fc.property(clientFrame, fc.nat(), fc.nat(20), fc.oneof(wildText, fc.constantFrom('"', '{', '}', '\\', ':', ',', '1e999', 'null', '"__proto__":')), (frame, place, length, other) => {
      const text = encodeFrame(frame)
      const at = place % (text.length + 1)
      expectAnswer(parseClientFrame(text.slice(0, at) + other + text.slice(at + length), MAX_BYTES))
    }), { numRuns: 500 })
  })
  test('no valid frame with a field removed or replaced', () => {
    fc.assert(fc.property(clientFrame, fc.nat(), fc.option(json, { nil: undefined }), (frame, pick, value) => {
      const keys = Object.keys(frame)
      expectAnswer(parseClientFrame(JSON.stringify({ ...frame, [keys[pick % keys.length]!]: value }), MAX_BYTES))
    }), { numRuns: 500 })
  })
})

describe('limits', () => {
  test('the size is that of the UTF-8, whatever the letters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.nat(130), (text, maxBytes) => {
      const parsed = parseClientFrame(text, maxBytes)
      expect(!parsed.ok && parsed.code === 'too_large').toBe(Buffer.byteLength(text) > maxBytes)
    }), { numRuns: 1_000 })
  })
  test('the depth is that of the deepest branch, arrays and objects alike', () => {
    fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 40 }), json, (levels, side) => {
      fc.pre(depthOf(side) < 20)
      const data = levels.reduce<unknown>((inner, array) => (array ? [side, inner] : { side, inner }), 1)
      const depth = 1 + depthOf(data)
      expect(parseClientFrame(JSON.stringify({ type: 'publish', event: 'e', data }), MAX_BYTES).ok).toBe(depth <= 32)
    }))
  })
})

function depthOf(value: unknown): number {
  return typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0
}
