import type { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import type { BrokerLink, Lease } from '../../src/index.js'
import { startRedis } from '../faults/redis-server.js'
import { eventually } from '../support/eventually.js'
import { listen, openLink } from './open-link.js'

const CHAT = 'rooms:0:{chat:1}'
const KEYS = ['leases', 'connections', 'users', 'revision'] as const
const lease = (connection: string, user: string): Lease => ({ connection, user, info: null, state: `of ${connection}` })

/** Users with their connections and the state shown. */
async function present(link: BrokerLink): Promise<unknown[]> {
  const { members, size } = await link.members('chat:1', { limit: 10 })
  return [size, ...members.map(({ user, connections, state }) => `${user} ${connections} ${String(state)}`)]
}

describe.each(KEYS)('presence whose key %s is gone', (key) => {
  test('becomes what it was, on every node, and ends with those who leave', async () => {
    const redis = await startRedis()
    const [here, there, direct] = [await openLink(redis.client(), { renewMs: 100 }), await openLink(redis.client(), { renewMs: 100 }), redis.client()]
    const heard = await listen(here, 'chat:1')
    await here.setPresence('chat:1', lease('c1', 'ana'))
    await there.setPresence('chat:1', lease('c2', 'ana'))
    const before = await there.setPresence('chat:1', lease('c3', 'bo'))
    await direct.del(`${CHAT}:${key}`)
    await eventually(async () => {
      for (const link of [here, there]) expect(await present(link)).toEqual([2, expect.stringMatching(/^ana 2 of c[12]$/), 'bo 1 of c3'])
      expect(await direct.exists(...KEYS.map((each) => `${CHAT}:${each}`))).toBe(4)
    })
    // Whoever listens is told of what comes next as something that does not follow, and reads.
    const next = await there.setPresence('chat:1', lease('c4', 'cy'))
    expect(next).toBeGreaterThan(before + 1)
    await heard.until(({ changes }) => changes.some(({ revision }) => revision === next))
    await Promise.all([here.endPresence('chat:1', 'c1', 0), there.endPresence('chat:1', 'c2', 0), there.endPresence('chat:1', 'c3', 0)])
    expect(await present(here)).toEqual([1, 'cy 1 of c4'])
    expect([await direct.hkeys(`${CHAT}:users`), await direct.hkeys(`${CHAT}:connections`), await direct.zrange(`${CHAT}:leases`, '0', '-1')]).toEqual([['cy'], ['c4'], ['c4']])
  })
})

const NONSENSE: readonly (readonly [string, (direct: Redis) => Promise<unknown>])[] = [
  ...KEYS.map((key) => [`whose key ${key} is of another kind`, async (direct: Redis) => [await direct.del(`${CHAT}:${key}`), await direct.rpush(`${CHAT}:${key}`, 'a text')]] as const),
  ['with a record that nobody of ours wrote', (direct) => direct.hset(`${CHAT}:connections`, 'c1', 'a text')],
  ['with half a record', (direct) => direct.hset(`${CHAT}:connections`, 'c1', '\x95')],
  ['with a revision that is no number', (direct) => direct.set(`${CHAT}:revision`, 'a text')],
]
test.each(NONSENSE)('presence %s becomes what it was, and its room goes on', async (_, spoil) => {
  const redis = await startRedis()
  const [here, there, direct] = [await openLink(redis.client(), { renewMs: 100 }), await openLink(redis.client(), { renewMs: 100 }), redis.client()]
  await here.setPresence('chat:1', lease('c1', 'ana'))
  await there.setPresence('chat:1', lease('c2', 'bo'))
  await spoil(direct)
  await here.setPresence('chat:1', lease('c3', 'cy'))
  await eventually(async () => expect(await present(there)).toEqual([3, 'ana 1 of c1', 'bo 1 of c2', 'cy 1 of c3']))
})

test('a connection of a node that is gone has a lease again where the leases were lost, so that it ends', async () => {
  const redis = await startRedis()
  const [here, gone, direct] = [await openLink(redis.client(), { renewMs: 100 }), await openLink(redis.client()), redis.client()]
  await listen(here, 'chat:1')
  await gone.setPresence('chat:1', lease('c1', 'ana'))
  await here.setPresence('chat:1', lease('c2', 'bo'))
  await gone.close()
  await direct.del(`${CHAT}:leases`)
  await eventually(async () => expect(await direct.zscore(`${CHAT}:leases`, 'c1')).not.toBeNull())
  await direct.zadd(`${CHAT}:leases`, 1, 'c1')
  await eventually(async () => expect(await present(here)).toEqual([1, 'bo 1 of c2']))
})
