import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { hashSlot } from '../../src/redis/hash-slot.js'
import { Keys } from '../../src/redis/keys.js'
import { redisBroker } from '../../src/redis/index.js'
import { brokerContract } from '../contract-suites/broker.js'
import { RedisCluster } from '../faults/redis-cluster.js'
import { event, keyOf, listen, openLink } from './open-link.js'

vi.mock('../../src/in-time.js', () => import('../support/patient-in-time.js'))

let cluster: RedisCluster
let brokers = 0
beforeAll(async () => { cluster = await RedisCluster.start() }, 30_000)
afterAll(() => cluster.stop())

brokerContract('redisBroker on a cluster', () => redisBroker(cluster.client(), { namespace: `test-${++brokers}` }))

describe('a room in a cluster', () => {
  test('has all its keys and its channel in one slot, whatever the namespace holds', async () => {
    const client = cluster.masters[0]!.client()
    for (const namespace of ['rooms:0:', '{shop}', '{}', '}{', '%']) {
      const keys = new Keys(namespace)
      const names = [keys.meta('chat:1'), keys.history('chat:1'), keys.idempotency('chat:1', keyOf('{other}')), keys.channel('chat:1'), ...keys.presence('chat:1')]
      const slots = await Promise.all(names.map((name) => client.cluster('KEYSLOT', name)))
      expect(new Set(slots)).toEqual(new Set([await client.cluster('KEYSLOT', 'chat:1')]))
      expect(names.map(hashSlot)).toEqual(slots)
    }
  })
  test('lives on one of three masters, and each of them has some', async () => {
    const link = await openLink(cluster.client(), { namespace: 'spread' })
    for (let n = 0; n < 30; n++) await link.append(event(`chat:${n}`, n, { key: keyOf('k') }))
    const counts = await Promise.all(cluster.masters.map((master) => master.client().keys('spread*')))
    expect(counts.flat()).toHaveLength(90)
    for (const keys of counts) expect(keys.length).toBeGreaterThan(0)
  })
  test('is heard through sharded channels: on its own master and nowhere else', async () => {
    const [here, there] = [await openLink(cluster.client(), { namespace: 'shards' }), await openLink(cluster.client(), { namespace: 'shards' })]
    const rooms = Array.from({ length: 12 }, (_, n) => `chat:${n}`)
    const heard = await Promise.all(rooms.map((room) => listen(there, room)))
    const channels = await Promise.all(cluster.masters.map(async (master) => (await master.client().call('PUBSUB', 'SHARDCHANNELS', 'shards*')) as string[]))
    expect(channels.flat().sort()).toEqual(rooms.map((room) => `shards{${room}}:channel`).sort())
    for (const [i, master] of cluster.masters.entries()) {
      for (const channel of channels[i]!) expect(await cluster.masterOf(channel)).toBe(master)
      expect(await master.client().call('PUBSUB', 'CHANNELS', '*')).toEqual([])
    }
    await Promise.all(rooms.map((room) => here.append(event(room, room))))
    await Promise.all(heard.map((each) => each.until(({ entries }) => entries.length === 1)))
    expect(heard.map(({ data }) => data[0])).toEqual(rooms)
  })
})
