import { describe, expect, it } from 'vitest'
import { nextSSE, type SSEChange, type SSEState } from '../../src/react/sse-state.js'

const of = (status: 'connecting' | 'open' | 'waiting' | 'resting'): SSEState => ({ status, attempt: 2, refused: true })
const idle: SSEState = { status: 'idle' }
const stopped: SSEState = { status: 'stopped' }
const alive = { connecting: of('connecting'), open: of('open'), waiting: of('waiting'), resting: of('resting') }
const CHANGES: readonly SSEChange[] = ['start', 'stop', 'rest', 'wake', 'online', 'opened', 'proven', 'failed', 'due', 'refused', 'over', 'retry']
const fresh = { status: 'connecting', attempt: 0, refused: false }

describe('the transition of a followed stream', () => {
  it('begins when somebody follows it, also after a stop', () => {
    expect([nextSSE(idle, 'start'), nextSSE(stopped, 'start')]).toEqual([fresh, fresh])
  })

  it.each(CHANGES.filter((change) => change !== 'start' && change !== 'stop'))('idle stays idle for %s', (change) => {
    expect(nextSSE(idle, change)).toEqual(idle)
  })

  it.each(CHANGES.filter((change) => !['start', 'stop', 'retry'].includes(change)))('stopped stays stopped for %s', (change) => {
    expect(nextSSE(stopped, change)).toBe(stopped)
  })

  it('a person may retry what was stopped, and whatever waits or runs', () => {
    expect([stopped, alive.connecting, alive.open, alive.waiting].map((state) => nextSSE(state, 'retry'))).toEqual([fresh, fresh, fresh, fresh])
    expect(nextSSE(alive.resting, 'retry')).toEqual({ ...fresh, status: 'resting' })
  })

  it.each(Object.entries(alive))('%s: ends when nobody follows, rests with the page, and is over when the server says so', (_, state) => {
    expect([nextSSE(state, 'stop'), nextSSE(state, 'rest'), nextSSE(state, 'over')]).toEqual([idle, of('resting'), stopped])
    expect(nextSSE(state, 'start')).toBe(state)
  })

  it('wakes only what rests, and ends only a wait when it is due', () => {
    expect(Object.values(alive).map((state) => nextSSE(state, 'wake').status)).toEqual(['connecting', 'open', 'waiting', 'connecting'])
    expect(Object.values(alive).map((state) => nextSSE(state, 'due').status)).toEqual(['connecting', 'open', 'connecting', 'resting'])
  })

  it('connects anew over a new network, unless the page rests', () => {
    expect(Object.values(alive).map((state) => nextSSE(state, 'online').status)).toEqual(['connecting', 'connecting', 'connecting', 'resting'])
    expect(nextSSE(alive.connecting, 'online')).not.toBe(alive.connecting)
  })

  it('counts failures until the stream proves to work, and forgets a refusal when it opens', () => {
    expect(nextSSE(alive.open, 'failed')).toEqual({ status: 'waiting', attempt: 3, refused: true })
    expect(nextSSE(alive.open, 'proven')).toEqual({ status: 'open', attempt: 0, refused: true })
    expect(nextSSE(alive.connecting, 'opened')).toEqual({ status: 'open', attempt: 2, refused: false })
  })

  it('takes one refusal, not two', () => {
    expect(nextSSE({ status: 'connecting', attempt: 1, refused: false }, 'refused')).toEqual({ status: 'connecting', attempt: 1, refused: true })
    expect(nextSSE(alive.connecting, 'refused')).toEqual(stopped)
  })
})
