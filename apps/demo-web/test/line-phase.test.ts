import { expect, test } from 'vitest'
import { nextLinePhase, type LineInput, type LinePhase } from '../src/features/connection/line-phase.js'

const after = (start: LinePhase, ...inputs: LineInput[]) => inputs.reduce(nextLinePhase, start)
const live: LinePhase = { phase: 'live' }
const away: LineInput = { type: 'away', replayed: 7 }

test('a gap shorter than the patience is never mentioned', () => {
  expect(after(live, away, { type: 'connected' })).toEqual(live)
})

test('a longer gap is told, and so is the way back, with the replay counted from before the gap', () => {
  expect(after(live, away, { type: 'patience-over' })).toEqual({ phase: 'lost', before: 7 })
  expect(after(live, away, { type: 'patience-over' }, { type: 'connected' })).toEqual({ phase: 'back', before: 7 })
  expect(after(live, away, { type: 'patience-over' }, { type: 'connected' }, { type: 'greeted' })).toEqual(live)
})

test('attempts that fail while it is lost change nothing', () => {
  const lost: LinePhase = { phase: 'lost', before: 7 }
  expect(after(lost, { type: 'away', replayed: 9 })).toBe(lost)
})

test('a gap during the welcome back is patient again', () => {
  expect(after({ phase: 'back', before: 7 }, { type: 'away', replayed: 12 })).toEqual({ phase: 'patient', before: 12 })
})

test('a first connection that takes too long is told as lost', () => {
  expect(after({ phase: 'starting' }, { type: 'away', replayed: 0 }, { type: 'patience-over' })).toEqual({ phase: 'lost', before: 0 })
})
