import { expect, it } from 'vitest'
import { systemClock } from '../../src/client/index.js'
import { createRecorder, MAX_ENTRIES } from '../../src/devtools/recorder.js'
import { newContext } from '../../src/devtools/session-context.js'

const context = newContext('?v=1')
const MEGABYTE = 'x'.repeat(1_000_000)

it('keeps a bounded number of entries and counts them all', () => {
  const recorder = createRecorder(systemClock)
  for (let n = 0; n < MAX_ENTRIES + 3; n++) recorder.add('in', String(n), context)
  expect([recorder.entries().length, recorder.entries()[0]?.number, recorder.total()]).toEqual([MAX_ENTRIES, 4, MAX_ENTRIES + 3])
})

it('keeps less of what is long, and the newest in any case', () => {
  const recorder = createRecorder(systemClock)
  for (let n = 0; n < 10; n++) recorder.add('in', MEGABYTE, context)
  expect(recorder.entries()).toHaveLength(4)
  recorder.add('in', MEGABYTE.repeat(5), context)
  expect(recorder.entries()).toHaveLength(1)
  recorder.clear()
  for (let n = 0; n < 4; n++) recorder.add('in', MEGABYTE, context)
  expect(recorder.entries()).toHaveLength(4)
})

it('gives the same array until something is added', () => {
  const recorder = createRecorder(systemClock)
  recorder.add('in', 'a', context)
  const before = recorder.entries()
  expect(recorder.entries()).toBe(before)
  recorder.add('in', 'b', context)
  expect([before.length, recorder.entries().length]).toEqual([1, 2])
})
