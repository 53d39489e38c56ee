import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exceptField, readMessage, writeEphemeral } from '../../src/redis/message.js'

const NOT_OURS = /is not ours/

describe('a message on a room channel', () => {
  test('carries an event behind its header, whatever the event says', () => {
    fc.assert(fc.property(fc.string(), (frame) => {
      expect(readMessage(`e|epoch|7|tag_0007|tag_0006|conn|${frame}`)).toEqual({ kind: 'entry', entry: { epoch: 'epoch', offset: 7, tag: 'tag_0007', previousTag: 'tag_0006', except: 'conn', frame } })
    }))
  })
  test('carries signals and typing through unchanged, whatever user and frame hold', () => {
    fc.assert(fc.property(fc.string(), fc.string(), fc.boolean(), (user, frame, on) => {
      expect(readMessage(writeEphemeral({ kind: 'typing', user, frame, on }))).toEqual({ kind: 'ephemeral', message: { kind: 'typing', user, frame, on } })
      expect(readMessage(writeEphemeral({ kind: 'signal', frame, except: null }))).toEqual({ kind: 'ephemeral', message: { kind: 'signal', frame, except: null } })
    }))
  })
  test('names no excluded connection that could not be one', () => {
    expect(exceptField('aBc_-9')).toBe('aBc_-9')
    for (const except of [null, '', 'a|b', 'a b', 'ä', 'x'.repeat(65)]) expect(exceptField(except)).toBe('')
  })
  test('that nobody of ours wrote is refused, never misread', () => {
    const foreign = [
      '', 'x', 'hello', 'e', 'e|', 'e|epoch|1|tag|prev', 'e|epoch|one|tag_0001|-||{}', 'e|epoch|-1|tag_0001|-||{}', 'e|epoch|1.5|tag_0001|-||{}', 'e|epoch|1e3|tag_0001|-||{}',
      'e|epoch|99999999999999999999|tag_0001|-||{}', 'e|epoch||tag_0001|-||{}', 's', 's|', 't|1|x|ana{}', 't|1', 'p|1', 'p|x|{}', 'p|1|{}', 'p|1|null', 'p|1|[]', 'p|1|{"left":{},"joined":[],"changed":[],"size":1}',
    ]
    for (const text of foreign) expect(() => readMessage(text), text).toThrow(NOT_OURS)
    expect(() => readMessage('p|1|{"left":')).toThrow(SyntaxError)
  })
  test('of any text is read or refused, and nothing else happens', () => {
    fc.assert(fc.property(fc.constantFrom('e', 's', 't', 'p', 'r', ''), fc.string(), (letter, rest) => {
      try {
        expect(['entry', 'ephemeral', 'presence', 'restarted']).toContain(readMessage(letter + rest).kind)
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
      }
    }), { numRuns: 2_000 })
  })
})
