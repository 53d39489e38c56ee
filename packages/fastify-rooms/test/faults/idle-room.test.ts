import { expect, test, vi } from 'vitest'
import { expectWhole, startNode } from '../redis/two-nodes.js'
import { ownTime } from '../support/own-time.js'
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
  const [client, ms] = [redis.client(), ownTime()]
  await vi.waitFor(async () => expect(await client.exists('rooms:0:{chat:1}:history')).toBe(0), { timeout: HISTORY.ttlMs + 30_000, interval: 20 })
  process.stdout.write(`a room idle for ${Math.round(ms())} ms, its history ended after ${HISTORY.ttlMs} ms\n`)
  const { client: back, joined } = await there.enter('ana', 'chat:1', { query: `?position=${position}` })
  expect(joined).toMatchObject({ recovered: true, replay: 0 })
  await there.app.rooms.send('chat:1', 'tick', 2)
  for (const each of [ana, bo, back]) {
    await each.next('event', ({ data }) => data === 2)
    expectWhole(each, 'chat:1')
    expect([...each.ofType('reset'), ...each.ofType('live')]).toEqual([])
  }
}, HISTORY.ttlMs + 60_000)
