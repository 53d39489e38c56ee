import { expect, it } from 'vitest'
import { jsonCalls } from './json-calls.mjs'

it('counts each use of JSON, which works as before', () => {
  const { parse, stringify } = { ...jsonCalls }
  expect(JSON.parse('[1]', (_key, value) => (value === 1 ? 2 : value))).toEqual([2])
  expect(JSON.stringify({ a: 1 }, null, 1)).toBe('{\n "a": 1\n}')
  expect(jsonCalls.parse - parse).toBe(1)
  expect(jsonCalls.stringify - stringify).toBe(1)
})
