import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/client/index.js'
import { createDelayLine } from '../../src/devtools/delay-line.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function stage(): { done: string[]; line: ReturnType<typeof createDelayLine>; say: (word: string) => void; delay: { ms: number } } {
  const done: string[] = []
  const delay = { ms: 0 }
  const line = createDelayLine(systemClock, () => delay.ms)
  return { done, line, delay, say: (word) => line.pass(() => done.push(word)) }
}

it('lets pass at once without a delay, and leaves no timer', () => {
  const { done, say } = stage()
  say('a')
  expect([done, vi.getTimerCount()]).toEqual([['a'], 0])
})

it('keeps the order when the delay shrinks', () => {
  const { done, say, delay } = stage()
  delay.ms = 100
  say('a')
  delay.ms = 10
  say('b')
  vi.advanceTimersByTime(99)
  expect(done).toEqual([])
  vi.advanceTimersByTime(1)
  expect([done, vi.getTimerCount()]).toEqual([['a', 'b'], 0])
})

it('goes on after something that throws', () => {
  const { done, line, say, delay } = stage()
  delay.ms = 100
  line.pass(() => { throw new Error('mine') })
  say('behind')
  expect(() => vi.advanceTimersByTime(100)).toThrow('mine')
  vi.advanceTimersByTime(1)
  expect(done).toEqual(['behind'])
})

it('lets everything out at once, or nothing', () => {
  const { done, line, say, delay } = stage()
  delay.ms = 100
  say('a')
  say('b')
  line.flush()
  say('c')
  line.clear()
  vi.advanceTimersByTime(1_000)
  expect([done, vi.getTimerCount()]).toEqual([['a', 'b'], 0])
  delay.ms = 0
  say('d')
  expect(done).toEqual(['a', 'b', 'd'])
})
