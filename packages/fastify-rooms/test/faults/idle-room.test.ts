import { expect, test, vi } from 'vitest'
import { expectWhole, startNode } from '../redis/two-nodes.js'
import { figure, seconds } from './figure.js'
import { startRedis } from './redis-server.js'
import { FULL } from './scale.js'

vi.mock('../../src/in-time.js', () => import('../support/patient-in-time.js'))

/** At full scale longer than a node leaves a quiet room alone. */
const HISTORY = { size: 100, ttlMs: FULL ? 90_000 : 300 }

test('a room that was idle past its history\'s life goes on: nobody is reset, and who comes back with the last position has missed nothing', async () => {
  const redis = await startRedis()
  const [here, there] = [await startNode(redis, { history: HISTORY }), await startNode(redis, { history: HISTORY })]
  const [ana, bo] = [await here.join('ana', 'chat:1'), await there.join('bo', 'chat:1')]
  const { position } = await here.app.rooms.send('chat:1', 'tick', 1)
  for (const client of [ana, bo]) await client.next('event')
  const leaver = await here.join('cy', 'chat:2')
  const { position: positionOfEmpty } = await here.app.rooms.send('chat:2', 'tick', 1)
  leaver.socket.close()
  await leaver.closed
  const [client, began] = [redis.client(), performance.now()]
  await vi.waitFor(async () => expect(await client.exists('rooms:0:{chat:1}:history')).toBe(0), { timeout: HISTORY.ttlMs + 30_000, interval: 20 })
  const idleMs = performance.now() - began
  const { client: back, joined } = await there.enter('ana', 'chat:1', { query: `?position=${position}` })
  expect(joined).toMatchObject({ recovered: true, replay: 0 })
  // Its last member left before, so that by now no node holds it at full scale.
  const empty = await there.enter('ana', 'chat:2', { query: `?position=${positionOfEmpty}` })
  expect(empty.joined).toMatchObject({ recovered: true, replay: 0 })
  await there.app.rooms.send('chat:1', 'tick', 2)
  for (const each of [ana, bo, back]) {
    await each.next('event', ({ data }) => data === 2)
    expectWhole(each, 'chat:1')
    expect([...each.ofType('reset'), ...each.ofType('live')]).toEqual([])
  }
  figure("a room idle past its history's life", 'resets', `0 after ${seconds(idleMs)} (history of ${seconds(HISTORY.ttlMs)}), with members and without`)
}, HISTORY.ttlMs + 60_000)
