import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Batch, type Form, type Outgoing, payloadOf } from '../src/batch.js'

const frame = fc.record({ text: fc.string({ unit: fc.constantFrom('a', 'é', '😀'), minLength: 1, maxLength: 12 }), lane: fc.constantFrom<Outgoing['lane']>('event', 'state', 'ephemeral') })
const textOf = (messages: readonly Buffer[]): string[] => messages.flatMap((message) => message.toString().split('\n'))

describe('Batch', () => {
  test('cuts any frames into messages that hold all of them in order, none over maxBytes unless it is one frame', () => {
    fc.assert(fc.property(fc.array(frame, { maxLength: 30 }), fc.integer({ min: 1, max: 60 }), (frames, maxBytes) => {
      const messages = new Batch(frames).messages('batch', maxBytes, false).map(payloadOf)
      expect(textOf(messages)).toEqual(frames.map(({ text }) => text))
      for (const message of messages) expect(message.length <= maxBytes || !message.includes('\n')).toBe(true)
      for (let n = 1; n < messages.length; n++) expect(messages[n - 1]!.length + 1 + Buffer.byteLength(textOf([messages[n]!])[0]!)).toBeGreaterThanOrEqual(maxBytes)
    }))
  })
  test('gives one object in a message to who wants that', () => {
    fc.assert(fc.property(fc.array(frame, { maxLength: 10 }), (frames) => {
      expect(new Batch(frames).messages('single', 1_000, false).map(payloadOf).map(String)).toEqual(frames.map(({ text }) => text))
    }))
  })
  test('leaves out what may be dropped for who reads slowly, and only for them', () => {
    fc.assert(fc.property(fc.array(frame, { maxLength: 20 }), fc.constantFrom<Form>('batch', 'single'), (frames, form) => {
      const batch = new Batch(frames)
      const lasting = frames.filter(({ lane }) => lane !== 'ephemeral')
      expect(textOf(batch.messages(form, 1_000, true).map(payloadOf))).toEqual(lasting.map(({ text }) => text))
      expect(textOf(batch.messages(form, 1_000, false).map(payloadOf))).toEqual(frames.map(({ text }) => text))
      expect([batch.count, batch.droppable]).toEqual([frames.length, frames.length - lasting.length])
    }))
  })
  test('encodes once for all who want it cut the same way', () => {
    const batch = new Batch([{ text: 'a', lane: 'event' }, { text: 'b', lane: 'ephemeral' }])
    for (const form of ['batch', 'single', 'event-stream'] as const) for (const sparing of [true, false]) expect(batch.messages(form, 100, sparing)).toBe(batch.messages(form, 100, sparing))
  })
  test.each([1, 125, 126, 65_535, 65_536, 300_000])('makes a frame of %i bytes as RFC 6455 asks', (bytes) => {
    const text = 'x'.repeat(bytes)
    const [frame] = new Batch([{ text, lane: 'event' }]).messages('batch', 1_000_000, false)
    const short = frame![1]!
    const length = short < 126 ? short : short === 126 ? frame!.readUInt16BE(2) : Number(frame!.readBigUInt64BE(2))
    // A whole text message, unmasked, with RFC 6455's three ways to say a length.
    expect([frame![0], length, payloadOf(frame!).toString()]).toEqual([0x81, bytes, text])
  })
})
