import { parsePosition } from 'rooms-protocol'
import { describe, expect, test, vi } from 'vitest'
import type { RoomsOptions } from '../../src/index.js'
import { type RedisServer, startRedis } from '../faults/redis-server.js'
import { Poller, sendPoll } from '../support/poller.js'
import type { TestServer } from '../support/test-server.js'
import { startNode } from './two-nodes.js'
import { eventually } from '../support/eventually.js'

vi.mock('../../src/in-time.js', () => import('../support/patient-in-time.js'))

/** Short enough to wait for. */
const SHORT = { leaseMs: 1_000, renewMs: 200, graceMs: 100 }
/** Short enough to see it happen, and far from a lease's end. */
const RENEWED_OFTEN = { leaseMs: 25_000, renewMs: 200, graceMs: 100 }
const RENEWALS = 12

async function nodes(options: RoomsOptions = {}): Promise<{ redis: RedisServer; here: TestServer; there: TestServer }> {
  const redis = await startRedis()
  return { redis, here: await startNode(redis, options), there: await startNode(redis, options) }
}

describe('a client that polls any of two nodes on Redis', () => {
  test('gets every event once and in order, and is one member all the while', async () => {
    const { redis, here, there } = await nodes({ presence: RENEWED_OFTEN })
    const bo = await here.join('bo', 'lobby')
    const ana = new Poller('ana', 'lobby')
    await ana.poll(here)
    const client = redis.client()
    const ends = new Set<string | null>()
    let sent = 0
    // Until its lease was prolonged on whichever node held it.
    for (let n = 0; ends.size < RENEWALS; n++) {
      const waiting = ana.poll(n % 2 === 0 ? there : here, 50)
      await (n % 3 === 0 ? here : there).app.rooms.send('lobby', 'tick', ++sent)
      await waiting
      ends.add(await client.zscore('rooms:0:{lobby}:leases', ana.connection!))
    }
    expect(ends).not.toContain(null)
    while (ana.ofType('event').length < sent) await ana.poll(here)
    expect(ana.ofType('event').map(({ data }) => data)).toEqual(Array.from({ length: sent }, (_, n) => n + 1))
    expect(ana.ofType('joined')).toHaveLength(1)
    expect(bo.ofType('presence').flatMap(({ left, changed }) => [...left, ...changed])).toEqual([])
    expect(parsePosition(ana.rooms['lobby'])?.offset).toBe(sent)
  })
  test('is gone a lease after its last answer', async () => {
    const { here, there } = await nodes({ presence: SHORT })
    const bo = await there.join('bo', 'lobby')
    const ana = new Poller('ana', 'lobby')
    await ana.poll(here)
    await ana.poll(there, 50)
    await bo.next('presence', ({ left }) => left.includes('ana'))
    await eventually(async () => expect(await here.app.rooms.size('lobby')).toBe(1))
  })
  test('keeps its state and its place when its node closes', async () => {
    const { here, there } = await nodes()
    const bo = await there.join('bo', 'lobby')
    const ana = new Poller('ana', 'lobby')
    await ana.poll(here)
    expect((await sendPoll(here, 'ana', { type: 'presence', state: 'typing a letter' }, { path: '/rooms/lobby', headers: { 'rooms-connection': ana.connection! } })).status).toBe(200)
    await eventually(async () => expect(await there.app.rooms.members('lobby')).toMatchObject([{ user: 'ana', state: 'typing a letter' }, { user: 'bo' }]))
    await here.app.close()
    await there.app.rooms.send('lobby', 'tick', 1)
    await ana.until(there, 'event')
    expect(ana.ofType('joined')).toHaveLength(1)
    expect(await there.app.rooms.members('lobby')).toMatchObject([{ user: 'ana', state: 'typing a letter', connections: 1 }, { user: 'bo' }])
    expect(bo.ofType('presence').flatMap(({ left }) => left)).toEqual([])
  })
  test('is told at another node that it was sent away', async () => {
    const { here, there } = await nodes()
    const ana = new Poller('ana', 'lobby')
    await ana.poll(here)
    await there.app.rooms.disconnect({ user: 'ana' })
    await eventually(async () => expect(await there.app.rooms.size('lobby')).toBe(0))
    await eventually(async () => expect(await ana.poll(there)).toMatchObject([{ type: 'bye', code: 4010 }]))
  })
})
