import { describe, expect, it } from 'vitest'
import { nextPolling, type PollingChange, type PollingState } from '../../src/react/polling-state.js'

const unmounted: PollingState = { status: 'unmounted' }
const between = (status: 'idle' | 'resting' | 'waiting', failures = 2): PollingState => ({ status, failures })
const calling = (next: 'idle' | 'resting' | 'waiting'): PollingState => ({ status: 'calling', next, failures: 2 })
const CHANGES: readonly PollingChange[] = ['mount', 'unmount', 'start', 'stop', 'rest', 'wake', 'online', 'due', 'answered', 'failed', 'refresh']
const mounted = [between('idle'), between('resting'), between('waiting'), calling('idle'), calling('resting'), calling('waiting')]
const after = (change: PollingChange): PollingState[] => mounted.map((state) => nextPolling(state, change))

describe('the transition of polling', () => {
  it.each(CHANGES.filter((change) => change !== 'mount'))('nobody there: %s means nothing', (change) => {
    expect(nextPolling(unmounted, change)).toBe(unmounted)
  })

  it('begins idle, and ends at the unmount', () => {
    expect(nextPolling(unmounted, 'mount')).toEqual(between('idle', 0))
    expect(after('mount')).toEqual(mounted)
    expect(after('unmount')).toEqual(mounted.map(() => unmounted))
  })

  it('starts what is idle, and lets a call under way count', () => {
    expect(after('start')).toEqual([between('waiting'), between('resting'), between('waiting'), calling('waiting'), calling('resting'), calling('waiting')])
  })

  it('stops everything', () => {
    expect(after('stop')).toEqual(mounted.map(() => between('idle', 0)))
  })

  it('rests with the page, but lets a call finish', () => {
    expect(after('rest')).toEqual([between('idle'), between('resting'), between('resting'), calling('idle'), calling('resting'), calling('resting')])
    expect(after('wake')).toEqual([between('idle'), between('waiting'), between('waiting'), calling('idle'), calling('waiting'), calling('waiting')])
  })

  it('calls when it is due, and when the network is back after a failure', () => {
    const only = [between('idle'), between('resting'), calling('waiting'), calling('idle'), calling('resting'), calling('waiting')]
    expect([after('due'), after('online')]).toEqual([only, only])
    expect(nextPolling(between('waiting', 0), 'online')).toEqual(between('waiting', 0))
  })

  it('counts failures until an answer, and goes on as it would have', () => {
    expect(nextPolling(calling('waiting'), 'failed')).toEqual(between('waiting', 3))
    expect(nextPolling(calling('resting'), 'answered')).toEqual(between('resting', 0))
    expect(nextPolling(calling('idle'), 'answered')).toEqual(between('idle', 0))
  })

  it('refreshes from anywhere, anew', () => {
    expect(after('refresh')).toEqual([calling('idle'), calling('resting'), calling('waiting'), calling('idle'), calling('resting'), calling('waiting')])
    expect(nextPolling(mounted[5]!, 'refresh')).not.toBe(mounted[5])
  })
})
