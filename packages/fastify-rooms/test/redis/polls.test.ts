import { parsePosition } from 'rooms-protocol'
import { describe, expect, test, vi } from 'vitest'
import type { RoomsOptions } from '../../src/index.js'
import { startRedis } from '../faults/redis-server.js'
import { Poller, sendPoll } from '../support/poller.js'
import type { TestServer } from '../support/test-server.js'
import { startNode } from './two-nodes.js'

vi.setConfig({ testTimeout: 15_000 })

/** Short enough to wait for. */
const SHORT = { leaseMs: 1_000, renewMs: 200, graceMs: 100 }

async function nodes(options: RoomsOptions = {}): Promise<{ here: TestServer; there: TestServer }> {
  const redis = await startRedis()
  return { here: await startNode(redis, options), there: await startNode(redis, options) }
}

describe('a client that polls any of two nodes on Redis', () => {
  test('gets every event once and in order, and is one member all the while', async () => {
    const { here, there } = await nodes({ presence: SHORT })
    const bo = await here.join('bo', 'lobby')
    const ana = new Poller('ana', 'lobby')
    await ana.poll(here)
    // Longer than a lease, so that it takes renewals on whichever node holds it.
    const end = performance.now() + 2.5 * SHORT.leaseMs
    let sent = 0
    for (let n = 0; performance.now() < end; n++) {
      const waiting = ana.poll(n % 2 === 0 ? there : here, 50)
      await (n % 3 === 0 ? here : there).app.rooms.send('lobby', 'tick', ++sent)
      await waiting
    }
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
    expect(await here.app.rooms.size('lobby')).toBe(1)
  })
  test('keeps its state and its place when its node closes', async () => {
    const { here, there } = await nodes()
    const bo = await there.join('bo', 'lobby')
    const ana = new Poller('ana', 'lobby')
    await ana.poll(here)
    expect((await sendPoll(here, 'ana', { type: 'presence', state: 'typing a letter' }, { path: '/rooms/lobby', headers: { 'rooms-connection': ana.connection! } })).status).toBe(200)
    await vi.waitFor(async () => expect(await there.app.rooms.members('lobby')).toMatchObject([{ user: 'ana', state: 'typing a letter' }, { user: 'bo' }]))
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
    await vi.waitFor(async () => expect(await there.app.rooms.size('lobby')).toBe(0))
    await vi.waitFor(async () => expect(await ana.poll(there)).toMatchObject([{ type: 'bye', code: 4010 }]))
  })
})
