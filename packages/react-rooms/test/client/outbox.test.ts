import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { settingsOf } from '../../src/client/options.js'
import { createOutbox } from '../../src/client/outbox.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('lets no publish overtake another of its room, but those of other rooms', () => {
  const offered: string[] = []
  /** What the pace has left; it may grow while the queue is walked through. */
  const places = [false, true, true, true]
  const outbox = createOutbox(settingsOf({ url: '' }), (room, encoded) => {
    offered.push(`${room} ${(JSON.parse(encoded) as { data: number }).data}`)
    return places.shift() ?? false
  }, () => 65_536, () => {}, () => {})
  void outbox.publish('chat:1', 'message', 1, {})
  offered.splice(0)
  places.splice(0, 3, false, false, true, true)
  void outbox.publish('chat:1', 'message', 2, {})
  void outbox.publish('chat:2', 'message', 3, {})
  expect(offered).toEqual(['chat:1 1', 'chat:1 1', 'chat:2 3'])
  vi.advanceTimersByTime(250)
  expect(offered.slice(3)).toEqual(['chat:1 1', 'chat:1 2'])
  vi.advanceTimersByTime(250)
  expect(offered.slice(5)).toEqual(['chat:1 2'])
})
