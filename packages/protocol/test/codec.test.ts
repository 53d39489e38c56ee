import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeFrame, joinBatch, parseServerBatch, splitBatch, type ServerFrame } from '../src/index.js'
import { clientFrame } from './arbitraries.js'

describe('splitBatch', () => {
  test('undoes joinBatch for any frames', () => {
    fc.assert(fc.property(fc.array(clientFrame, { minLength: 1, maxLength: 20 }), (frames) => {
      const encoded = frames.map((frame) => encodeFrame(frame))
      expect(splitBatch(joinBatch(encoded))).toEqual(encoded)
    }))
  })
  test('gives one object as it is', () => {
    expect(splitBatch('{"type":"ping"}')).toEqual(['{"type":"ping"}'])
  })
  test('steps over blank lines, at the end and between, with or without carriage returns', () => {
    expect(splitBatch('\n\n{"a":1}\n \t\n\r\n{"b":2}\n').map((line) => JSON.parse(line) as unknown)).toEqual([{ a: 1 }, { b: 2 }])
    expect(splitBatch('{"a":1}\r\n{"b":2}\r\n').map((line) => JSON.parse(line) as unknown)).toEqual([{ a: 1 }, { b: 2 }])
  })
  test('gives one empty line for a message without any object', () => {
    for (const text of ['', ' ', '\n', '\n'.repeat(1_000), ' \n\t\r\n']) expect(splitBatch(text)).toEqual([''])
  })
  test('keeps every other character: joining its lines again loses only blanks', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', '{', '"', '\\', 'é', ' ', '\n', '\r', '\u2028') }), (text) => {
      expect(splitBatch(text).join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
      for (const line of splitBatch(text)) expect(line).not.toContain('\n')
    }))
  })
})

describe('encodeFrame', () => {
  test('never writes a line feed, whatever the data', () => {
    fc.assert(fc.property(clientFrame, (frame) => {
      expect(encodeFrame(frame)).not.toContain('\n')
    }))
    expect(encodeFrame({ type: 'publish', event: 'a\nb', data: '\n' })).toBe(String.raw`{"type":"publish","event":"a\nb","data":"\n"}`)
  })
})

describe('parseServerBatch', () => {
  test('reads every object of a batch in order', () => {
    const frames: ServerFrame[] = [{ type: 'pong' }, { type: 'live', on: false }, { type: 'skip', room: 'a', offset: 3, tag: 'aaaaaaaa' }]
    expect(parseServerBatch(joinBatch(frames.map((frame) => encodeFrame(frame))))).toEqual(frames)
  })
  test('leaves out what is not an object with a type, and keeps the rest', () => {
    expect(parseServerBatch('{oops\nnull\n7\n[]\n{}\n{"type":7}\n"ping"\n{"type":"ping"}\n')).toEqual([{ type: 'ping' }])
    expect(parseServerBatch('')).toEqual([])
  })
  test('hands on types it does not know, for the client to ignore', () => {
    expect(parseServerBatch('{"type":"later","room":"a"}')).toEqual([{ type: 'later', room: 'a' }])
  })
  test('throws for no text', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.json()).map((lines) => lines.join('\n'))), (text) => {
      for (const frame of parseServerBatch(text)) expect(typeof frame.type).toBe('string')
    }))
  })
})
