import type { EventFrame, JoinedFrame, SkipFrame } from 'rooms-protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/client/clock.js'
import { createStream, type Stream } from '../../src/client/stream.js'

let delivered: string[]
let gaps: number
let stream: Stream
beforeEach(() => {
  vi.useFakeTimers()
  delivered = []
  gaps = 0
  stream = createStream(systemClock, ({ offset }, position, replayed, again) => delivered.push(`${offset}@${position}${replayed ? ' replayed' : ''}${again ? ' again' : ''}`), () => gaps++)
})
afterEach(() => {
  vi.useRealTimers()
})

const tag = (offset: number): string => `t${offset}`
const event = (offset: number): EventFrame => ({ type: 'event', room: 'r', event: 'e', data: null, offset, tag: tag(offset), id: `i${offset}`, at: 0 })
const skip = (offset: number): SkipFrame => ({ type: 'skip', room: 'r', offset, tag: tag(offset) })
const joined = (offset: number, more: Partial<JoinedFrame> = {}): JoinedFrame => ({
  type: 'joined', room: 'r', position: `E:${offset}:${offset === 0 ? '-' : tag(offset)}`, replay: 0, members: [], size: 0, typing: [], grants: { publish: [], signal: [], presence: true, history: true }, ...more,
})

describe('the order of a room', () => {
  it('takes nothing before the join, and knows no position', () => {
    stream.accept(event(1))
    expect([delivered, stream.position(), stream.caughtUp()]).toEqual([[], null, false])
  })

  it('stands at the joined position when nothing is replayed', () => {
    stream.joined(joined(7), false)
    expect([stream.position(), stream.caughtUp()]).toEqual(['E:7:t7', true])
    stream.accept(event(8))
    expect([delivered, stream.position()]).toEqual([['8@E:8:t8'], 'E:8:t8'])
  })

  it('has a position in an empty room too', () => {
    stream.joined(joined(0), false)
    expect(stream.position()).toBe('E:0:-')
  })

  it('adopts the joined position only after the last replayed frame', () => {
    stream.joined(joined(7, { replay: 2 }), false)
    expect([stream.position(), stream.caughtUp()]).toEqual([null, false])
    stream.accept(event(6))
    expect([stream.position(), stream.caughtUp()]).toEqual(['E:6:t6', false])
    stream.accept(skip(7))
    expect([stream.position(), stream.caughtUp()]).toEqual(['E:7:t7', true])
    stream.accept(event(8))
    expect(delivered).toEqual(['6@E:6:t6 replayed', '7@E:7:t7 replayed', '8@E:8:t8'])
  })

  it('ignores what it had', () => {
    stream.joined(joined(7), false)
    for (const offset of [7, 8, 8, 3, 9]) stream.accept(event(offset))
    expect(delivered).toEqual(['8@E:8:t8', '9@E:9:t9'])
  })

  it('holds what comes early until the hole closes', () => {
    stream.joined(joined(7), false)
    for (const offset of [10, 9]) stream.accept(event(offset))
    expect(delivered).toEqual([])
    vi.advanceTimersByTime(249)
    stream.accept(skip(8))
    expect(delivered).toEqual(['8@E:8:t8', '9@E:9:t9', '10@E:10:t10'])
    vi.advanceTimersByTime(1_000)
    expect(gaps).toBe(0)
  })

  it('tells of a hole that does not close in 250 ms', () => {
    stream.joined(joined(7), false)
    stream.accept(event(9))
    vi.advanceTimersByTime(249)
    expect(gaps).toBe(0)
    vi.advanceTimersByTime(1)
    expect(gaps).toBe(1)
  })

  it('gives a second hole its own time', () => {
    stream.joined(joined(7), false)
    stream.accept(event(9))
    stream.accept(event(11))
    vi.advanceTimersByTime(200)
    stream.accept(event(8))
    vi.advanceTimersByTime(200)
    expect([delivered, gaps]).toEqual([['8@E:8:t8', '9@E:9:t9'], 0])
    vi.advanceTimersByTime(50)
    expect(gaps).toBe(1)
  })

  it('after a hole resumes where it stood, and takes nothing twice', () => {
    stream.joined(joined(7), false)
    stream.accept(event(10))
    stream.joining()
    stream.accept(event(11))
    expect(stream.position()).toBe('E:7:t7')
    stream.joined(joined(11, { recovered: true, replay: 4 }), false)
    for (const offset of [8, 9, 10, 11, 12]) stream.accept(event(offset))
    expect(delivered).toEqual(['8@E:8:t8 replayed', '9@E:9:t9 replayed', '10@E:10:t10 replayed', '11@E:11:t11 replayed', '12@E:12:t12'])
  })

  it('starts anew where a join did not recover', () => {
    stream.joined(joined(7), false)
    stream.joining()
    stream.joined({ ...joined(2), position: 'F:2:t2', recovered: false }, false)
    stream.accept(event(3))
    expect([delivered, stream.position()]).toEqual([['3@F:3:t3'], 'F:3:t3'])
  })

  it('starts anew at a reset', () => {
    stream.joined(joined(7), false)
    stream.accept(event(9))
    stream.reset('F:0:-')
    vi.advanceTimersByTime(1_000)
    stream.accept(event(1))
    expect([delivered, gaps]).toEqual([['1@F:1:t1'], 0])
  })

  it('passes on again what an older position brings, and the rest as new', () => {
    stream.joined(joined(7), false)
    stream.accept(event(8))
    stream.joining()
    stream.joined(joined(9, { recovered: true, replay: 4 }), true)
    for (const offset of [6, 7, 8, 9]) stream.accept(event(offset))
    expect(delivered).toEqual(['8@E:8:t8', '6@E:6:t6 replayed again', '7@E:7:t7 replayed again', '8@E:8:t8 replayed again', '9@E:9:t9 replayed'])
  })

  it('forgets everything when cleared', () => {
    stream.joined(joined(7), false)
    stream.clear()
    stream.accept(event(8))
    expect([delivered, stream.position(), stream.caughtUp()]).toEqual([[], null, false])
    stream.joined(joined(9, { recovered: true, replay: 1 }), false)
    stream.accept(event(9))
    expect(delivered).toEqual(['9@E:9:t9 replayed'])
  })
})
