import { describe, expect, it } from 'vitest'
import { IDLE, nextConnection, type ConnectionEvent, type ConnectionState } from '../../src/client/connection-state.js'

const idle: ConnectionState = IDLE
const unauthorized: ConnectionState = { ...IDLE, status: 'unauthorized' }
const closed: ConnectionState = { ...IDLE, status: 'closed' }
const fresh: ConnectionState = { status: 'connecting', attempt: 0, refused: false, retryAt: null }
const connected: ConnectionState = { status: 'connected', attempt: 2, refused: true, retryAt: null }
const trying: ConnectionState = { status: 'reconnecting', attempt: 2, refused: false, retryAt: null }
const waiting: ConnectionState = { status: 'reconnecting', attempt: 2, refused: false, retryAt: 500 }
const offline: ConnectionState = { status: 'offline', attempt: 2, refused: false, retryAt: 500 }

const alive = { fresh, connected, trying, waiting, offline }
const still = { idle, unauthorized, closed }

describe('the transition of a connection', () => {
  it('starts when a room is held', () => {
    expect(nextConnection(idle, 'wanted')).toEqual(fresh)
  })

  it.each(Object.entries(alive))('%s: nothing changes for another room, and no room means idle', (_, state) => {
    expect(nextConnection(state, 'wanted')).toBe(state)
    expect(nextConnection(state, 'unwanted')).toEqual(idle)
  })

  it.each(Object.entries(alive))('%s: a welcome connects and keeps the trouble in mind', (_, state) => {
    expect(nextConnection(state, 'welcomed')).toEqual({ ...state, status: 'connected', retryAt: null })
  })

  it.each(Object.entries(alive))('%s: a stable connection forgets the trouble', (_, state) => {
    expect(nextConnection(state, 'stable')).toMatchObject({ attempt: 0, refused: false })
  })

  it.each(Object.entries(alive).flatMap(([name, state]) => (['backoff', 'now'] as const).map((event) => [name, event, state] as const)))('%s: %s waits until the given time', (_, event, state) => {
    const { attempt, refused } = state
    expect(nextConnection(state, event, 900)).toEqual({ status: 'reconnecting', attempt: attempt + 1, refused, retryAt: 900 })
    expect(nextConnection(state, event, 900, true)).toEqual({ status: 'offline', attempt: attempt + 1, refused, retryAt: 900 })
  })

  it('takes a word it does not know for backoff', () => {
    expect(nextConnection(connected, 'later' as ConnectionEvent, 900)).toMatchObject({ status: 'reconnecting', retryAt: 900 })
  })

  it('asks for a new token once, and stops when that is refused too', () => {
    const refused = nextConnection(fresh, 'refresh', 900)
    expect(refused).toEqual({ status: 'reconnecting', attempt: 1, refused: true, retryAt: null })
    expect(nextConnection(refused, 'refresh', 900)).toEqual(unauthorized)
    expect(nextConnection(nextConnection(refused, 'backoff', 900), 'refresh', 900)).toEqual(unauthorized)
    // A welcome alone does not make the token good: it must last.
    expect(nextConnection(nextConnection(refused, 'welcomed'), 'refresh', 900)).toEqual(unauthorized)
    expect(nextConnection(nextConnection(nextConnection(refused, 'welcomed'), 'stable'), 'refresh', 900)).toMatchObject({ status: 'reconnecting' })
  })

  it.each(Object.entries(alive))('%s: stops for nobody signed in, for never, and for the application', (_, state) => {
    expect(nextConnection(state, 'unauthorized')).toEqual(unauthorized)
    expect(nextConnection(state, 'never', 900)).toEqual(closed)
    expect(nextConnection(state, 'closed')).toEqual(closed)
  })

  it.each([['due'], ['retry']] as const)('%s ends a wait and leaves an attempt alone', (event) => {
    expect(nextConnection(waiting, event)).toEqual(trying)
    expect(nextConnection(offline, event)).toEqual(trying)
    expect(nextConnection({ ...waiting, retryAt: 0 }, event)).toEqual(trying)
    for (const state of [fresh, connected, trying]) expect(nextConnection(state, event)).toBe(state)
  })

  it('leaves unauthorized and closed only when told to retry', () => {
    const events: ConnectionEvent[] = ['wanted', 'unwanted', 'welcomed', 'stable', 'backoff', 'now', 'refresh', 'never', 'unauthorized', 'due']
    for (const state of [unauthorized, closed]) {
      for (const event of events) expect(nextConnection(state, event, 900)).toBe(state)
      expect(nextConnection(state, 'retry')).toEqual(idle)
    }
  })

  it('does nothing while idle but start and close', () => {
    const events: ConnectionEvent[] = ['unwanted', 'welcomed', 'stable', 'backoff', 'now', 'refresh', 'never', 'unauthorized', 'due']
    for (const event of events) expect(nextConnection(idle, event, 900)).toBe(idle)
    expect(nextConnection(idle, 'retry')).toEqual(idle)
    for (const state of Object.values(still)) expect(nextConnection(state, 'closed')).toEqual(closed)
  })
})
