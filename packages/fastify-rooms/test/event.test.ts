import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeEvent, idOf } from '../src/event.js'
import { Kinds } from '../src/kinds.js'
import { resolveOptions } from '../src/options.js'

const options = resolveOptions({})
const rules = new Kinds(options).of('lobby')!
/** Texts that look like the place we search for. */
const text = fc.oneof(fc.string(), fc.constantFrom(',"id":"', '","id":"x', '\\","id":"x"', '"}', ','))

describe('idOf', () => {
  test('finds the id in any event, whatever its data, author and trace look like', async () => {
    const event = fc.record({ event: text, data: fc.oneof(fc.json().map((json) => JSON.parse(json) as unknown), fc.dictionary(fc.constantFrom('id', 'from', 'a'), text)), id: fc.stringMatching(/^[A-Za-z0-9_.:-]{1,64}$/) }, { requiredKeys: ['event', 'data', 'id'] })
    const author = fc.record({ from: text, trace: text }, { requiredKeys: [] })
    await fc.assert(fc.asyncProperty(event, author, async (given, by) => {
      const { head, tail } = await encodeEvent(options.limits, rules, { room: 'lobby', ...given, ...by })
      const frame = `${head}"offset":1,"tag":"aaaaaaaa","at":1${tail}`
      expect(idOf(frame)).toBe((JSON.parse(frame) as { id: string }).id)
    }))
  })
  test('is undefined where a broker wrote no event', () => {
    expect(idOf('{"message":{"do":"recheck"}}')).toBeUndefined()
  })
})
