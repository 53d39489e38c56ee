import { expect, test } from 'vitest'
import { reduce, type AnyReducers } from '../../src/query/reducers.js'

const on: AnyReducers = { __proto__: null as never, put: 'upsert', changed: 'update', gone: 'remove', touched: 'invalidate', added: (data, n) => (data as number) + (n as number) }
const meta = { id: 'e1', offset: 1, from: undefined, at: 0, replayed: false }
const after = (data: unknown, event: string, item: unknown): unknown => reduce(data, { event, data: item, meta }, { on })

const one = { id: '1', text: 'one' }
const two = { id: '2', text: 'two' }

test('upsert replaces the item with the id where it stands, or appends it', () => {
  expect(after([one, two], 'put', { id: '1', text: 'new' })).toEqual([{ id: '1', text: 'new' }, two])
  expect(after([one], 'put', two)).toEqual([one, two])
  expect(after([], 'put', one)).toEqual([one])
})

test('update replaces the item with the id where it stands, and adds none', () => {
  const list = [one]
  expect(after(list, 'changed', { id: '1', text: 'new' })).toEqual([{ id: '1', text: 'new' }])
  expect(after(list, 'changed', two)).toBe(list)
})

test('remove takes out the item with the id; without one the very same list stays', () => {
  const list = [one, two]
  expect(after(list, 'gone', { id: '1' })).toEqual([two])
  expect(after(list, 'gone', { id: '9' })).toBe(list)
})

test('the given data is never changed', () => {
  const list = Object.freeze([Object.freeze({ ...one })])
  after(list, 'put', two)
  after(list, 'put', { ...one, text: 'new' })
  after(list, 'gone', one)
  expect(list).toEqual([one])
})

test('data that is one item follows the events with its id and no others', () => {
  expect(after(one, 'put', { id: '1', text: 'new' })).toEqual({ id: '1', text: 'new' })
  expect(after(one, 'put', two)).toBe(one)
  expect(after(one, 'gone', two)).toBe(one)
  expect(after(one, 'gone', one)).toBeUndefined()
})

test('data of another shape, and events without an id, cannot be patched', () => {
  expect(after({ pages: [[one]] }, 'put', one)).toBeUndefined()
  expect(after(5, 'put', one)).toBeUndefined()
  expect(after(null, 'put', one)).toBeUndefined()
  expect(after([one], 'put', { text: 'no id' })).toBeUndefined()
  expect(after([one], 'put', null)).toBeUndefined()
})

test('an invalidating event cannot be patched, an unknown one changes nothing, a function decides', () => {
  expect(after([one], 'touched', {})).toBeUndefined()
  const list = [one]
  expect(after(list, 'other', {})).toBe(list)
  expect(after(list, 'toString', {})).toBe(list)
  expect(after(1, 'added', 2)).toBe(3)
})
