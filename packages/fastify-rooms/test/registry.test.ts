import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { memoryBroker } from '../src/index.js'
import { withLinks } from './support/broker-under-test.js'
import { startServer } from './support/test-server.js'

const LINGER_MS = 30_000

describe('the rooms of a node', () => {
  beforeEach(() => { vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }) })
  afterEach(() => { vi.useRealTimers() })

  test('are opened once for all who come at the same time', async () => {
    const subscribed: string[] = []
    const server = await startServer({ broker: withLinks(memoryBroker(), (link) => ({ subscribe: (room, listener) => {
      subscribed.push(room)
      return link.subscribe(room, listener)
    } })) })
    await Promise.all(Array.from({ length: 10 }, (_, n) => server.join(`u${n}`, 'lobby')))
    expect(subscribed.filter((room) => room === 'lobby')).toEqual(['lobby'])
  })
  test('stay 30 s after the last member, so that a reload finds them warm, and not longer', async () => {
    const server = await startServer()
    const ana = await server.join('ana', 'lobby')
    const leave = async (): Promise<void> => {
      ana.send({ type: 'leave', room: 'lobby' })
      await ana.next('left')
    }
    await leave()
    vi.advanceTimersByTime(LINGER_MS - 1)
    ana.send({ type: 'join', room: 'lobby' })
    await ana.next('joined')
    vi.advanceTimersByTime(LINGER_MS)
    expect(server.app.rooms.stats().rooms).toBe(1)
    await leave()
    vi.advanceTimersByTime(LINGER_MS)
    expect(server.app.rooms.stats().rooms).toBe(0)
  })
  test('are not kept for joins that are refused', async () => {
    const server = await startServer({ authorize: () => false })
    const ana = await server.connect('ana')
    ana.send({ type: 'join', room: 'lobby' })
    await ana.next('left')
    vi.advanceTimersByTime(LINGER_MS)
    expect(server.app.rooms.stats().rooms).toBe(0)
  })
})
