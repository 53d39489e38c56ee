import type { EventFrame, JoinedFrame, SkipFrame } from 'rooms-protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/client/clock.js'
import type { Delivery } from '../../src/client/index.js'
import { createStream, type Stream } from '../../src/client/stream.js'

let delivered: string[]
let gaps: number
let told: unknown[]
let stream: Stream
beforeEach(() => {
  vi.useFakeTimers()
  delivered = []
  gaps = 0
  told = []
  stream = createStream(systemClock, (name, ...args) => {
    if (name === 'reset') told.push(args[0])
    if (name !== 'any') return
    const { offset, position, again, meta: { replayed } } = args[0] as Extract<Delivery, { type: 'event' }>
    delivered.push(`${offset}@${position}${replayed ? ' replayed' : ''}${again ? ' again' : ''}`)
  }, () => gaps++)
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
    stream.receive(event(1))
    expect([delivered, stream.position(), stream.caughtUp()]).toEqual([[], null, false])
  })

  it('stands at the joined position when nothing is replayed', () => {
    stream.receive(joined(7))
    expect([stream.position(), stream.caughtUp()]).toEqual(['E:7:t7', true])
    stream.receive(event(8))
    expect([delivered, stream.position()]).toEqual([['8@E:8:t8'], 'E:8:t8'])
  })

  it('has a position in an empty room too', () => {
    stream.receive(joined(0))
    expect(stream.position()).toBe('E:0:-')
  })

  it('adopts the joined position only after the last replayed frame', () => {
    stream.receive(joined(7, { replay: 2 }))
    expect([stream.position(), stream.caughtUp()]).toEqual([null, false])
    stream.receive(event(6))
    expect([stream.position(), stream.caughtUp()]).toEqual(['E:6:t6', false])
    stream.receive(skip(7))
    expect([stream.position(), stream.caughtUp()]).toEqual(['E:7:t7', true])
    stream.receive(event(8))
    expect(delivered).toEqual(['6@E:6:t6 replayed', '7@E:7:t7 replayed', '8@E:8:t8'])
  })

  it('ignores what it had', () => {
    stream.receive(joined(7))
    for (const offset of [7, 8, 8, 3, 9]) stream.receive(event(offset))
    expect(delivered).toEqual(['8@E:8:t8', '9@E:9:t9'])
  })

  it('holds what comes early until the hole closes', () => {
    stream.receive(joined(7))
    for (const offset of [10, 9]) stream.receive(event(offset))
    expect(delivered).toEqual([])
    vi.advanceTimersByTime(249)
    stream.receive(skip(8))
    expect(delivered).toEqual(['8@E:8:t8', '9@E:9:t9', '10@E:10:t10'])
    vi.advanceTimersByTime(1_000)
    expect(gaps).toBe(0)
  })

  it('tells of a hole that does not close in 250 ms', () => {
    stream.receive(joined(7))
    stream.receive(event(9))
    vi.advanceTimersByTime(249)
    expect(gaps).toBe(0)
    vi.advanceTimersByTime(1)
    expect(gaps).toBe(1)
  })

  it('gives a second hole its own time', () => {
    stream.receive(joined(7))
    stream.receive(event(9))
    stream.receive(event(11))
    vi.advanceTimersByTime(200)
    stream.receive(event(8))
    vi.advanceTimersByTime(200)
    expect([delivered, gaps]).toEqual([['8@E:8:t8', '9@E:9:t9'], 0])
    vi.advanceTimersByTime(50)
    expect(gaps).toBe(1)
  })

  it('after a hole resumes where it stood, and takes nothing twice', () => {
    stream.receive(joined(7))
    stream.receive(event(10))
    stream.resumeFrom()
    stream.receive(event(11))
    expect(stream.position()).toBe('E:7:t7')
    stream.receive(joined(11, { recovered: true, replay: 4 }))
    for (const offset of [8, 9, 10, 11, 12]) stream.receive(event(offset))
    expect(delivered).toEqual(['8@E:8:t8 replayed', '9@E:9:t9 replayed', '10@E:10:t10 replayed', '11@E:11:t11 replayed', '12@E:12:t12'])
  })

  it('starts anew where a join did not recover', () => {
    stream.receive(joined(7))
    stream.resumeFrom()
    stream.receive({ ...joined(2), position: 'F:2:t2', recovered: false })
    stream.receive(event(3))
    expect([delivered, stream.position()]).toEqual([['3@F:3:t3'], 'F:3:t3'])
  })

  it('starts anew at a reset', () => {
    stream.receive(joined(7))
    stream.receive(event(9))
    stream.receive({ type: 'reset', room: 'r', position: 'F:0:-', reason: 'fork' })
    vi.advanceTimersByTime(1_000)
    stream.receive(event(1))
    expect([delivered, gaps, told]).toEqual([['1@F:1:t1'], 0, ['fork']])
  })

  it('passes on again what an older position brings, and the rest as new', () => {
    stream.receive(joined(7))
    stream.receive(event(8))
    expect(stream.rejoinFrom('E:5:t5')).toBe(true)
    expect(stream.resumeFrom()).toBe('E:5:t5')
    stream.receive(joined(9, { recovered: true, replay: 4 }))
    for (const offset of [6, 7, 8, 9]) stream.receive(event(offset))
    expect(delivered).toEqual(['8@E:8:t8', '6@E:6:t6 replayed again', '7@E:7:t7 replayed again', '8@E:8:t8 replayed again', '9@E:9:t9 replayed'])
  })

  it('asks for the oldest of several positions, and again when an older one comes meanwhile', () => {
    stream.receive(joined(7))
    expect([stream.rejoinFrom('E:5:t5'), stream.resumeFrom()]).toEqual([true, 'E:5:t5'])
    // While the join is under way no other is needed.
    expect([stream.rejoinFrom('E:3:t3'), stream.rejoinFrom('E:4:t4')]).toEqual([false, false])
    stream.receive(joined(7, { recovered: true, replay: 2 }))
    expect([gaps, stream.resumeFrom()]).toEqual([1, 'E:3:t3'])
    stream.receive(joined(7, { recovered: true, replay: 4 }))
    for (const offset of [4, 5, 6, 7, 8]) stream.receive(event(offset))
    expect(gaps).toBe(1)
    expect(delivered).toEqual(['4@E:4:t4 replayed again', '5@E:5:t5 replayed again', '6@E:6:t6 replayed again', '7@E:7:t7 replayed again', '8@E:8:t8'])
  })

  it('keeps its position through a lost connection', () => {
    stream.receive(joined(7))
    stream.receive({ type: 'left', room: 'r', code: 1006, reason: '', retry: 'backoff' })
    stream.receive(event(8))
    expect([delivered, stream.position(), stream.resumeFrom()]).toEqual([[], 'E:7:t7', 'E:7:t7'])
  })

  it('forgets everything when left', () => {
    stream.receive(joined(7))
    stream.receive({ type: 'left', room: 'r', code: 1000, reason: '', retry: 'never' })
    stream.receive(event(8))
    expect([delivered, stream.position(), stream.caughtUp()]).toEqual([[], null, false])
    stream.receive(joined(9, { recovered: true, replay: 1 }))
    stream.receive(event(9))
    expect(delivered).toEqual(['9@E:9:t9 replayed'])
  })
})
