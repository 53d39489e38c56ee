import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AnyReducers } from '../../src/query/reducers.js'
import { fold, placeOf, shown, type Heard, type RoomFeed } from '../../src/query/room-feed.js'

// Appending is the least forgiving of reducers: twice, never, or in another order all show.
const on: AnyReducers = { say: (data, word) => [...(data as unknown[]), word], touched: 'invalidate' }

const positionOf = (offset: number, epoch = 'E'): string => `${epoch}:${offset}:${offset === 0 ? '-' : 'abcdefgh'}`
const heard = (offset: number, epoch?: string): Heard => ({
  at: placeOf(positionOf(offset, epoch))!,
  change: { event: 'say', data: offset, meta: { id: `${offset}`, offset, from: undefined, at: 0, replayed: false } },
})
const feedAt = (offset: number): RoomFeed => ({ base: Array.from({ length: offset }, (_, index) => index + 1), at: placeOf(positionOf(offset)), stale: false })
const upTo = (offset: number): Heard[] => Array.from({ length: offset }, (_, index) => heard(index + 1))

describe('folding', () => {
  test('applies each event once and in order, whatever is repeated, missing or early, as long as a replay comes in the end', () => {
    fc.assert(fc.property(fc.nat(12), fc.array(fc.integer({ min: 1, max: 20 })), (start, noise) => {
      const { base, at, stale } = fold(feedAt(start), [...noise.map((offset) => heard(offset)), ...upTo(20)], on)
      expect(base).toEqual(upTo(20).map(({ at: { offset } }) => offset))
      expect(at?.text).toBe(positionOf(20))
      expect(stale).toBe(false)
    }))
  })

  test('in parts is folding at once', () => {
    fc.assert(fc.property(fc.nat(5), fc.array(fc.integer({ min: 1, max: 9 })), fc.nat(), (start, offsets, cut) => {
      const all = offsets.map((offset) => heard(offset))
      const at = offsets.length === 0 ? 0 : cut % offsets.length
      expect(fold(fold(feedAt(start), all.slice(0, at), on), all.slice(at), on)).toEqual(fold(feedAt(start), all, on))
    }))
  })

  test('never goes past a gap', () => {
    fc.assert(fc.property(fc.nat(9), fc.array(fc.integer({ min: 1, max: 12 })), (start, offsets) => {
      const { base, at } = fold(feedAt(start), offsets.map((offset) => heard(offset)), on)
      expect(base).toEqual(feedAt(at!.offset).base)
    }))
  })

  test('leaves out another life of the stream, and data of unknown position', () => {
    expect(fold(feedAt(3), [heard(4, 'F')], on)).toEqual(feedAt(3))
    const unplaced = { base: [], at: undefined, stale: false }
    expect(fold(unplaced, upTo(3), on)).toEqual(unplaced)
  })

  test('says what cannot be patched, and stands after it all the same', () => {
    const touched: Heard = { at: placeOf(positionOf(1))!, change: { event: 'touched', data: null, meta: { id: '1', offset: 1, from: undefined, at: 0, replayed: false } } }
    expect(fold(feedAt(0), [touched, heard(2)], on)).toEqual({ base: [2], at: placeOf(positionOf(2)), stale: true })
  })

  test('asks once what a skip stands for, at its place', () => {
    const skip: Heard = { at: placeOf(positionOf(2))!, change: undefined }
    const own = heard(2).change
    let asked = 0
    const claim = (unknown: Heard): void => {
      asked++
      unknown.change = own
    }
    const stream = [skip, heard(1), skip, heard(3)]
    expect(fold(feedAt(0), stream, on, claim).base).toEqual([1, 2, 3])
    expect(fold(feedAt(1), stream, on, claim).base).toEqual([1, 2, 3])
    expect(asked).toBe(1)
  })
})

test('a skip nobody can tell the meaning of makes the data stale, each time it is folded in', () => {
  const skip: Heard = { at: placeOf(positionOf(1))!, change: undefined }
  const doubt = (unknown: Heard): void => void (unknown.doubtful = true)
  expect(fold(feedAt(0), [skip], on, doubt).stale).toBe(true)
  expect(fold(feedAt(0), [skip], on).stale).toBe(true)
  expect(fold(feedAt(1), [skip], on).stale).toBe(false)
})

test('null is data like any other', () => {
  const cleared: AnyReducers = { say: () => null }
  expect(fold(feedAt(0), [heard(1)], cleared)).toEqual({ base: null, at: placeOf(positionOf(1)), stale: false })
  expect(shown(['a'], [heard(1).change!], cleared)).toBeNull()
})

test('predictions show over the data in the order they were made; one that cannot be patched shows nothing', () => {
  const prediction = (event: string, data: unknown) => ({ event, data, meta: { id: 'm', offset: 0, from: undefined, at: 0, replayed: false } })
  const base = ['a']
  expect(shown(base, [prediction('say', 'b'), prediction('touched', null), prediction('say', 'c')], on)).toEqual(['a', 'b', 'c'])
  expect(shown(base, [], on)).toBe(base)
})
