import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Entry } from '../../src/index.js'
import { EntryRing } from '../../src/broker/entry-ring.js'

function entry(offset: number): Entry {
  return { epoch: 'e', offset, tag: `t${offset}`, previousTag: `t${offset - 1}`, except: null, frame: '' }
}

describe('EntryRing', () => {
  test('is, for any pushes, clears and jumps, the newest `size` of a contiguous list', () => {
    const step = fc.oneof({ weight: 8, arbitrary: fc.constant('push' as const) }, fc.constant('clear' as const), fc.integer({ min: 2, max: 9 }))
    fc.assert(fc.property(fc.nat(6), fc.nat(100), fc.array(step, { maxLength: 60 }), fc.nat(8), (size, start, steps, limit) => {
      const ring = new EntryRing(size)
      let model: number[] = []
      let newest = start
      for (const what of steps) {
        if (what === 'clear') {
          ring.clear()
          model = []
          continue
        }
        // A number is a jump: what does not follow the newest starts anew.
        newest += what === 'push' ? 1 : what
        if (what !== 'push') model = []
        ring.push(entry(newest))
        model = [...model, newest].slice(Math.max(0, model.length + 1 - size))
        expect(ring.count).toBe(model.length)
        if (model.length > 0) expect(ring.oldest).toBe(model[0])
        for (let offset = newest - size - 3; offset <= newest + 2; offset++) {
          expect(ring.get(offset)?.offset).toBe(model.includes(offset) ? offset : undefined)
          expect(ring.after(offset, limit).map((kept) => kept.offset)).toEqual(model.filter((each) => each > offset).slice(0, limit))
        }
      }
    }))
  })
  test('gives all there are without a limit', () => {
    const ring = new EntryRing(5)
    for (let offset = 1; offset <= 7; offset++) ring.push(entry(offset))
    expect(ring.after(0).map(({ offset }) => offset)).toEqual([3, 4, 5, 6, 7])
  })
})
