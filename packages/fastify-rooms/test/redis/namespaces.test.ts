import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { redisBroker } from '../../src/redis/index.js'
import { RedisServer } from '../faults/redis-server.js'
import { event, keyOf, listen, newest, openLink } from './open-link.js'

vi.mock('../../src/in-time.js', () => import('../support/patient-in-time.js'))

let redis: RedisServer
let direct: Redis
beforeAll(async () => {
  redis = await RedisServer.start()
  direct = redis.client()
})
afterAll(() => redis.stop())

const presence = { connection: 'c', user: 'ana', info: null, state: null }

describe('applications that share a Redis', () => {
  const cases: [string, { db?: number; keyPrefix?: string }, { db?: number; keyPrefix?: string }][] = [
    ['key prefix', { keyPrefix: 'prod:' }, { keyPrefix: 'stage:' }],
    ['database', { db: 0 }, { db: 3 }],
    ['prefix that looks like a database', { db: 1, keyPrefix: '2:' }, { db: 12, keyPrefix: ':' }],
    ['prefix with braces', { keyPrefix: '{app}' }, { keyPrefix: '{app}x' }],
  ]
  test.each(cases)('stay apart by %s: events, signals, presence, ids and resets', async (_, ours, theirs) => {
    await direct.flushall()
    const [here, there] = [await openLink(redis.client({ ...ours, lazyConnect: true })), await openLink(redis.client({ ...theirs, lazyConnect: true }))]
    const [near, far] = [await listen(here, 'chat:1'), await listen(there, 'chat:1')]
    await here.append(event('chat:1', 'ours', { key: keyOf('k') }))
    here.broadcast('chat:1', { kind: 'signal', frame: '{}', except: null })
    await here.setPresence('chat:1', presence)
    await here.restart('chat:1')
    await near.until(({ restarts }) => restarts === 1)
    // What is theirs arrives after all that.
    await there.append(event('chat:1', 'theirs', { key: keyOf('k', -2) }))
    await far.until(({ entries }) => entries.length === 1)
    expect([far.data, far.ephemerals, far.changes, far.restarts]).toEqual([['theirs'], [], [], 0])
    expect(await newest(there, 'chat:1')).toEqual(['theirs'])
    expect((await there.members('chat:1', { limit: 5 })).size).toBe(0)
    await near.until(({ entries, ephemerals, changes }) => entries.length + ephemerals.length + changes.length === 3)
    expect(near.data).toEqual(['ours'])
  })
  test('share rooms when they name one namespace, whatever their prefix', async () => {
    await direct.flushall()
    const [here, there] = [await openLink(redis.client({ keyPrefix: 'a:', lazyConnect: true }), { namespace: 'shop' }), await openLink(redis.client({ keyPrefix: 'b:', lazyConnect: true }), { namespace: 'shop' })]
    const far = await listen(there, 'chat:1')
    await here.append(event('chat:1', 1))
    await far.until(({ entries }) => entries.length === 1)
    expect(await newest(there, 'chat:1')).toEqual([1])
  })
  test('find every key under their namespace and the room\'s hash tag', async () => {
    await direct.flushall()
    const link = await openLink(redis.client({ keyPrefix: 'prod:', lazyConnect: true }))
    await link.append(event('chat:1', 1, { key: keyOf('k') }))
    await link.setPresence('chat:1', presence)
    const keys = (await direct.keys('*')).sort()
    expect(keys).toEqual(['connections', 'history', 'id:6:server:k', 'leases', 'meta', 'revision', 'users'].map((part) => `rooms:0:prod:{chat:1}:${part}`))
  })
  test('cannot name an empty namespace or pass something that is no client', () => {
    expect(() => redisBroker(direct, { namespace: '' })).toThrow(/FST_ROOMS_OPTIONS|namespace/)
    expect(() => redisBroker({} as Redis)).toThrow(/app\.redis/)
  })
})

test('no key is left that does not end by itself', async () => {
  await direct.flushall()
  const link = await openLink(redis.client({ lazyConnect: true }))
  await link.append(event('chat:1', 1, { key: keyOf('k') }))
  await link.claim('chat:1', keyOf('pending'))
  await link.claim('chat:1', keyOf('settled'))
  await link.settle('chat:1', keyOf('settled'), 'null')
  await link.setPresence('chat:1', presence)
  await link.members('chat:2', { limit: 1 })
  await link.read('chat:3', { last: 1 }, 1)
  await link.restart('chat:4')
  const keys = await direct.keys('*')
  expect(keys.length).toBeGreaterThanOrEqual(10)
  for (const key of keys) expect(await direct.pttl(key), key).toBeGreaterThan(0)
})

test.each([['null', null], ['a text', 'prod'], ['another name', { nameSpace: 'prod' }], ['an empty namespace', { namespace: '' }], ['a number', { namespace: 7 }]])('options of redisBroker that nobody would read are refused, so that no application shares rooms by mistake: %s', (_, options) => {
  expect(() => redisBroker(direct, options as object)).toThrow(expect.objectContaining({ code: 'FST_ROOMS_OPTIONS', message: expect.stringContaining('namespace') }))
})
