import { describe, expect, test } from 'vitest'
import type { IdempotencyKey } from '../../src/broker/broker.js'
import { AttemptState, KeyStore } from '../../src/broker/key-store.js'

const { pending, event, result } = AttemptState
const SEGMENT_BYTES = 2 ** 18
/** More than a segment holds. */
const MANY = 20_000
const keyOf = (id: string, scope = 'user:ana', hash = 7): IdempotencyKey => ({ scope, id, hash })
const put = (store: KeyStore, key: IdempotencyKey, { owner = 0, state = event as AttemptState, note = '1:t', endsAt = 100, now = 0 } = {}): void => store.put(owner, key, state, note, endsAt, now)

describe('a store of keys', () => {
  test('tells what became of each of many', () => {
    const store = new KeyStore()
    for (let n = 0; n < MANY; n++) put(store, keyOf(`id-${n}`, `user:u${n % 3}`, n | 0), { note: `${n}:t`, endsAt: n })
    for (let n = 0; n < MANY; n++) expect(store.find(0, keyOf(`id-${n}`, `user:u${n % 3}`))).toEqual({ hash: n | 0, state: event, note: `${n}:t`, endsAt: n })
    expect(store.find(0, keyOf('id-0', 'user:u1'))).toBeNull()
    expect(store.find(1, keyOf('id-0', 'user:u0'))).toBeNull()
  })
  test.each([['user:a', 'bc', 'user:ab', 'c'], ['user:a\nb', 'c', 'user:a', 'b:c'], ['user:\ud83e', 'x', 'user:\ufffd', 'x']])('keeps %j %j and %j %j apart', (scope, id, otherScope, otherId) => {
    const store = new KeyStore()
    put(store, keyOf(id, scope), { note: 'one' })
    expect(store.find(0, keyOf(otherId, otherScope))).toBeNull()
    put(store, keyOf(otherId, otherScope), { note: 'other' })
    expect(store.find(0, keyOf(id, scope))?.note).toBe('one')
    expect(store.find(0, keyOf(otherId, otherScope))?.note).toBe('other')
  })
  test.each([0, 10, 100_000, 1_000_000])('a claim settled at once, or later, with a result of %i letters', (length) => {
    const store = new KeyStore()
    const note = `"${'ß🦊'.repeat(length / 3)}"`
    const [atOnce, later] = [keyOf('at-once'), keyOf('later')]
    put(store, later, { state: pending, note: '' })
    put(store, atOnce, { state: pending, note: '' })
    put(store, atOnce, { state: result, note })
    put(store, later, { state: result, note })
    put(store, keyOf('after'))
    for (const key of [atOnce, later]) expect(store.find(0, key)).toEqual({ hash: 7, state: result, note, endsAt: 100 })
    expect(store.find(0, keyOf('after'))?.note).toBe('1:t')
  })
  test('one that fills a segment, just not or just no more, and those after it', () => {
    const store = new KeyStore()
    for (let spare = -100; spare < 400; spare += 12) {
      const note = 'x'.repeat(SEGMENT_BYTES - spare)
      const [long, ...after] = [keyOf(`${spare}`.padEnd(64, '.')), keyOf(`${spare}a`), keyOf(`${spare}b`)]
      put(store, long, { note })
      for (const key of after) put(store, key, { note: key.id })
      expect(store.find(0, { ...long })?.note === note).toBe(true)
      for (const key of after) expect(store.find(0, { ...key })?.note).toBe(key.id)
    }
  })
  test('one key object of two rooms is two keys', () => {
    const store = new KeyStore()
    const [one, other] = [store.newOwner(), store.newOwner()]
    const key = keyOf('k')
    put(store, key, { owner: one, note: 'one' })
    put(store, key, { owner: other, note: 'other' })
    expect([store.find(one, { ...key })?.note, store.find(other, { ...key })?.note]).toEqual(['one', 'other'])
  })
  test('what was removed is not known, nor brought back by what was its key', () => {
    const store = new KeyStore()
    const key = keyOf('k')
    put(store, key)
    store.remove(0, key)
    store.remove(0, key)
    expect(store.find(0, key)).toBeNull()
    put(store, key, { note: 'again' })
    expect(store.find(0, key)?.note).toBe('again')
  })
})

describe('the sweep', () => {
  /** All that is over, whatever a sweep takes at a time. */
  const sweepAll = (store: KeyStore, now: number): void => {
    let before: number
    do {
      before = store.bytes
      store.sweep(now)
    } while (store.bytes < before)
  }
  test('lets go of memory once what it holds is over, and of nothing that is not', () => {
    const store = new KeyStore()
    const empty = store.bytes
    for (let n = 0; n < MANY; n++) put(store, keyOf(`old-${n}`), { endsAt: 100 })
    const full = store.bytes
    put(store, keyOf('young'), { endsAt: 200 })
    sweepAll(store, 99)
    expect(store.bytes).toBe(full)
    expect(store.find(0, keyOf('old-0'))).not.toBeNull()
    sweepAll(store, 100)
    expect(store.bytes).toBeLessThan(full / 2)
    expect(store.find(0, keyOf('young'))?.endsAt).toBe(200)
    sweepAll(store, 200)
    expect(store.find(0, keyOf('young'))).toBeNull()
    expect(store.bytes).toBeLessThanOrEqual(empty * 2)
  })
  test('goes on for ever: memory is used again, and old keys are not found in it', () => {
    const store = new KeyStore()
    let most = 0
    for (let round = 0; round < 20; round++) {
      for (let n = 0; n < MANY; n++) put(store, keyOf(`${round}-${n}`), { endsAt: round * 100 + 100, now: round * 100 })
      if (round === 2) most = store.bytes
      expect(store.find(0, keyOf(`${round}-0`))).not.toBeNull()
      if (round > 1) expect(store.find(0, keyOf(`${round - 2}-0`))).toBeNull()
    }
    expect(store.bytes).toBeLessThanOrEqual(most * 1.5)
  })
  test('what ends first does not take with it what ends later', () => {
    const store = new KeyStore()
    put(store, keyOf('later'), { endsAt: 200 })
    put(store, keyOf('first'), { endsAt: 100 })
    sweepAll(store, 100)
    expect(store.find(0, keyOf('later'))).not.toBeNull()
  })
  test('a key that was renewed outlives its older record', () => {
    const store = new KeyStore()
    const key = keyOf('renewed')
    put(store, key, { endsAt: 100 })
    for (let n = 0; n < MANY; n++) put(store, keyOf(`other-${n}`), { endsAt: 100 })
    put(store, { ...key }, { endsAt: 300, note: 'renewed' })
    sweepAll(store, 100)
    expect(store.find(0, key)).toEqual({ hash: 7, state: event, note: 'renewed', endsAt: 300 })
  })
  test('after the newest was swept its key can be put again', () => {
    const store = new KeyStore()
    const key = keyOf('k')
    put(store, key, { endsAt: 100 })
    sweepAll(store, 100)
    put(store, key, { endsAt: 200, note: 'again' })
    expect(store.find(0, key)?.note).toBe('again')
  })
})
