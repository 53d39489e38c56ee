import { expect, test } from 'vitest'
import { headline } from '../src/features/connection/headline.js'
import { nextLinePhase, type LineInput, type LinePhase } from '../src/features/connection/line-phase.js'
import { troubleOf } from '../src/features/connection/trouble.js'

const after = (start: LinePhase, ...inputs: LineInput[]) => inputs.reduce(nextLinePhase, start)
const live: LinePhase = { phase: 'live' }
const lost: LinePhase = { phase: 'lost', before: 7, cause: 'away' }
const away: LineInput = { type: 'troubled', cause: 'away', replayed: 7 }

test('a gap shorter than the patience is never mentioned', () => {
  expect(after(live, away, { type: 'live' })).toEqual(live)
})

test('a longer gap is told, and so is the way back, with the replay counted from before the gap', () => {
  expect(after(live, away, { type: 'patience-over' })).toEqual(lost)
  expect(after(live, away, { type: 'patience-over' }, { type: 'live' })).toEqual({ phase: 'back', before: 7 })
  expect(after(live, away, { type: 'patience-over' }, { type: 'live' }, { type: 'greeted' })).toEqual(live)
})

test('attempts that fail while it is lost change nothing', () => {
  expect(after(lost, { ...away, replayed: 9 })).toBe(lost)
})

test('a gap during the welcome back is patient again', () => {
  expect(after({ phase: 'back', before: 7 }, { ...away, replayed: 12 })).toEqual({ phase: 'patient', before: 12, cause: 'away' })
})

test('a first connection that takes too long is told as what it is', () => {
  const starting: LinePhase = { phase: 'starting', cause: 'away' }
  expect(after(starting, { type: 'patience-over' })).toEqual({ phase: 'lost', before: 0, cause: 'away' })
  expect(after(starting, { ...away, cause: 'offline' }, { type: 'patience-over' })).toEqual({ phase: 'lost', before: 0, cause: 'offline' })
})

test('what is lost may get another cause, but catching up on the way back is not mentioned', () => {
  expect(after(lost, { ...away, cause: 'offline' })).toEqual({ ...lost, cause: 'offline' })
  expect(after(lost, { ...away, cause: 'catching-up' })).toBe(lost)
})

test('a screen that takes long to open says so, and welcomes nobody back', () => {
  const opening = after(live, { ...away, cause: 'joining' }, { type: 'patience-over' })
  expect(headline(opening, null, 7, 'websocket')).toBe('Connecting…')
  expect(after(opening, { type: 'live' })).toEqual(live)
})

test('a screen is live only if its connection and its room are', () => {
  expect(troubleOf('connected', 'live')).toBe(null)
  expect(troubleOf('connected', 'joining')).toBe('joining')
  expect(troubleOf('connected', 'paused')).toBe('paused')
  expect(troubleOf('connected', 'refused')).toBe('refused')
  expect(troubleOf('closed', 'left')).toBe('left')
  expect(troubleOf('reconnecting', 'live')).toBe('away')
  expect(troubleOf('offline', 'paused')).toBe('offline')
})

test('the words say what is missing, by what the page is live, and how much was caught up', () => {
  expect(headline(live, null, 0, 'websocket')).toBe('Live')
  expect(headline(live, null, 0, 'sse')).toBe('Live over server-sent events')
  expect(headline(live, null, 0, 'poll')).toBe('Live over long polling')
  expect(headline(live, 'refused', 0, 'websocket')).toBe('You may not see this live')
  expect(headline(lost, null, 7, null)).toBe('Reconnecting…')
  expect(headline({ ...lost, cause: 'paused' }, null, 7, 'websocket')).toBe('Live updates paused')
  expect(headline({ phase: 'back', before: 7 }, null, 7, 'websocket')).toBe('Back online')
  expect(headline({ phase: 'back', before: 7 }, null, 8, 'websocket')).toBe('Back online, caught up 1 update')
  expect(headline({ phase: 'back', before: 7 }, null, 19, 'websocket')).toBe('Back online, caught up 12 updates')
})
