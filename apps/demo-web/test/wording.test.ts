import { expect, test } from 'vitest'
import { typingText } from '../src/features/people/typing-line.js'
import { ago } from '../src/lib/ago.js'

test('typing is told of one, of two, and of several', () => {
  expect(typingText([])).toBe('')
  expect(typingText(['Ana'])).toBe('Ana is typing…')
  expect(typingText(['Ana', 'Bo'])).toBe('Ana and Bo are typing…')
  expect(typingText(['Ana', 'Bo', 'Cleo'])).toBe('Several people are typing…')
})

test('time passed is told in the largest unit that fits, and never as the future', () => {
  const now = 1_000_000_000_000
  expect(ago(now + 400, now)).toBe('just now')
  expect(ago(now - 12_300, now)).toBe('12 s ago')
  expect(ago(now - 61_000, now)).toBe('1 min ago')
  expect(ago(now - 2 * 3_600_000, now)).toBe('2 h ago')
})
