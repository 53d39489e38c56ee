import { describe, expect, test, vi } from 'vitest'
import { startRedis } from '../faults/redis-server.js'
import { event, keyOf, listen, LinkListener, newest, openLink, outcome } from './open-link.js'
import { eventually } from '../support/eventually.js'

vi.mock('../../src/in-time.js', () => import('../support/patient-in-time.js'))

const CHAT = 'rooms:0:{chat:1}'

/** A link whose script stores an event under an id, and then lacks the permission for a command: the answer is uncertain. */
async function storedWithout(command: string) {
  const redis = await startRedis()
  const [link, direct] = [await openLink(redis.client()), redis.client()]
  const heard = await listen(link, 'chat:1')
  await direct.call('ACL', 'SETUSER', 'default', `-${command}`)
  expect((await outcome(link.append(event('chat:1', 1, { key: keyOf('k') })))).code).toBe('FST_ROOMS_UNCERTAIN')
  return { link, direct, heard }
}

describe('what a script refuses', () => {
  test('for want of memory was not done', async () => {
    const redis = await startRedis()
    const link = await openLink(redis.client())
    await link.append(event('chat:1', 1))
    await redis.client().config('SET', 'maxmemory', '1')
    expect((await outcome(link.append(event('chat:1', 2)))).code).toBe('FST_ROOMS_UNAVAILABLE')
    await redis.client().config('SET', 'maxmemory', '0')
    await link.append(event('chat:1', 3))
    expect(await newest(link, 'chat:1')).toEqual([1, 3])
  })
  test('because a replica takes no writes was not done', async () => {
    const redis = await startRedis()
    const link = await openLink(redis.client())
    await redis.client().replicaof('127.0.0.1', 1)
    expect((await outcome(link.append(event('chat:1', 1)))).code).toBe('FST_ROOMS_UNAVAILABLE')
  })
  test('after the event was stored is uncertain, and the retry is a duplicate', async () => {
    const { link, heard } = await storedWithout('pexpire')
    expect(await link.append(event('chat:1', 1, { key: keyOf('k') }))).toMatchObject({ state: 'duplicate' })
    await heard.until(({ entries }) => entries.length === 1)
  })
  test('because it may not publish is stored and untold: uncertain, and the retry is a duplicate', async () => {
    const { link, direct, heard } = await storedWithout('publish')
    await direct.call('ACL', 'SETUSER', 'default', '+publish')
    expect(await link.append(event('chat:1', 1, { key: keyOf('k') }))).toMatchObject({ state: 'duplicate' })
    await link.append(event('chat:1', 2))
    await heard.until(({ entries }) => entries.length === 1)
    expect(await newest(link, 'chat:1')).toEqual([1, 2])
  })
})

test('a presence state that Redis did not take is said again until it has it', async () => {
  const redis = await startRedis()
  const [link, direct] = [await openLink(redis.client(), { renewMs: 100 }), redis.client()]
  const lease = { connection: 'c', user: 'ana', info: null }
  await link.setPresence('chat:1', { ...lease, state: 'here' })
  await direct.call('ACL', 'SETUSER', 'default', '-hset')
  expect((await outcome(link.setPresence('chat:1', { ...lease, state: 'away' }))).code).toBe('FST_ROOMS_UNAVAILABLE')
  await direct.call('ACL', 'SETUSER', 'default', '+hset')
  await eventually(async () => expect((await link.members('chat:1', { limit: 1 })).members).toMatchObject([{ user: 'ana', state: 'away' }]))
})

describe('a stream whose parts do not fit together', () => {
  test('an event without meta is of another life: it is dropped', async () => {
    const redis = await startRedis()
    const [link, direct] = [await openLink(redis.client()), redis.client()]
    await link.append(event('chat:1', 'orphan'))
    const old = (await link.read('chat:1', { last: 0 }, 0)).end
    await direct.del(`${CHAT}:meta`)
    const page = await link.read('chat:1', { since: old }, 10)
    expect(page).toMatchObject({ verdict: 'epoch', entries: [], end: { offset: 0, tag: '-' } })
    await link.append(event('chat:1', 'new'))
    expect(await newest(link, 'chat:1')).toEqual(['new'])
  })
  test('the same when it is appended to first', async () => {
    const redis = await startRedis()
    const [link, direct] = [await openLink(redis.client()), redis.client()]
    const heard = await listen(link, 'chat:1')
    await link.append(event('chat:1', 'orphan'))
    await direct.del(`${CHAT}:meta`)
    await link.append(event('chat:1', 'new'))
    await heard.until(({ entries }) => entries.length === 2)
    expect(heard.entries[1]).toMatchObject({ offset: 1, previousTag: '-' })
    expect(heard.entries[1]!.epoch).not.toBe(heard.entries[0]!.epoch)
    expect(await newest(link, 'chat:1')).toEqual(['new'])
  })
  test.each([['no number as offset', { offset: 'abc' }], ['a negative offset', { offset: '-5' }], ['an offset beyond all', { offset: '1e400' }], ['no epoch', { epoch: '' }], ['an epoch that is none', { epoch: 'e|x:y' }]])('meta with %s is none: the room begins anew and goes on', async (_, fields) => {
    const redis = await startRedis()
    const [link, direct] = [await openLink(redis.client()), redis.client()]
    await link.append(event('chat:1', 'old'))
    const { end } = await link.read('chat:1', { last: 0 }, 0)
    await direct.hset(`${CHAT}:meta`, fields)
    expect(await link.read('chat:1', { since: end }, 10)).toMatchObject({ verdict: 'epoch', entries: [], end: { offset: 0, tag: '-' } })
    await link.append(event('chat:1', 'new'))
    expect(await newest(link, 'chat:1')).toEqual(['new'])
  })
  test('history that is ahead of its meta is not read, and the next append begins a new life', async () => {
    const redis = await startRedis()
    const [link, direct] = [await openLink(redis.client()), redis.client()]
    for (const n of [1, 2, 3]) await link.append(event('chat:1', n))
    const { end } = await link.read('chat:1', { last: 0 }, 0)
    const [second] = (await link.read('chat:1', { last: 2 }, 2)).entries
    await direct.hset(`${CHAT}:meta`, { offset: 2, tag: second!.tag })
    expect(await newest(link, 'chat:1')).toEqual([1, 2])
    await link.append(event('chat:1', 'new'))
    expect(await link.read('chat:1', { since: end }, 10)).toMatchObject({ verdict: 'epoch', end: { offset: 1 } })
    expect(await newest(link, 'chat:1')).toEqual(['new'])
  })
  test.each(['meta', 'history'])('%s that is no such thing is none: the room begins anew and goes on', async (key) => {
    const redis = await startRedis()
    const [link, direct] = [await openLink(redis.client()), redis.client()]
    await link.append(event('chat:1', 'old'))
    const { end } = await link.read('chat:1', { last: 0 }, 0)
    await direct.set(`${CHAT}:${key}`, 'a text')
    await link.append(event('chat:1', 'new'))
    expect(await link.read('chat:1', { since: end }, 10)).toMatchObject({ verdict: 'epoch', end: { offset: 1 } })
    await direct.set(`${CHAT}:${key}`, 'a text')
    await link.restart('chat:1')
    expect(await newest(link, 'chat:1')).toEqual([])
    await link.append(event('chat:1', 'newest'))
    await direct.set(`${CHAT}:${key}`, 'a text')
    expect(await newest(link, 'chat:1')).toEqual([])
  })
  test('history that is gone makes older places trimmed and leaves the newest whole', async () => {
    const redis = await startRedis()
    const [link, direct] = [await openLink(redis.client()), redis.client()]
    await link.append(event('chat:1', 1))
    const older = (await link.read('chat:1', { last: 0 }, 0)).end
    await link.append(event('chat:1', 2))
    const { end } = await link.read('chat:1', { last: 0 }, 0)
    await direct.del(`${CHAT}:history`)
    expect((await link.read('chat:1', { since: older }, 10)).verdict).toBe('trimmed')
    await link.append(event('chat:1', 3))
    expect(await link.read('chat:1', { since: end }, 10)).toMatchObject({ verdict: 'ok', entries: [{ offset: 3, previousTag: end.tag }] })
  })
})

test('a read keeps the meta of a quiet room alive, so that it is not another life when its history has ended', async () => {
  const redis = await startRedis()
  const [link, direct] = [await openLink(redis.client()), redis.client()]
  await link.append(event('chat:1', 1, { history: { size: 10, ttlMs: 1 } }))
  const { end } = await link.read('chat:1', { last: 0 }, 0)
  await eventually(async () => expect(await direct.exists(`${CHAT}:history`)).toBe(0))
  await direct.pexpire(`${CHAT}:meta`, 5_000)
  expect(await link.read('chat:1', { since: end }, 0)).toMatchObject({ verdict: 'ok', end })
  expect(await direct.pttl(`${CHAT}:meta`)).toBeGreaterThan(590_000)
})

describe('a refused subscription', () => {
  test('rejects for the one who asked', async () => {
    const redis = await startRedis()
    const link = await openLink(redis.client())
    await redis.client().call('ACL', 'SETUSER', 'default', 'resetchannels')
    expect((await outcome(link.subscribe('chat:1', new LinkListener()))).code).toBe('FST_ROOMS_UNAVAILABLE')
    await redis.client().call('ACL', 'SETUSER', 'default', 'allchannels')
    const heard = await listen(link, 'chat:1')
    await link.append(event('chat:1', 1, { key: keyOf('k') }))
    await heard.until(({ entries }) => entries.length === 1)
  })
  test('after a reconnect is no unhandled rejection: it is asked for again until it is granted', async () => {
    const redis = await startRedis()
    const [link, direct] = [await openLink(redis.client()), redis.client()]
    const heard = await listen(link, 'chat:1')
    const refused = async (): Promise<number> => Number(/cmdstat_subscribe:.*rejected_calls=(\d+)/.exec(await direct.info('commandstats'))?.[1] ?? 0)
    await direct.call('ACL', 'SETUSER', 'default', 'resetchannels')
    await direct.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await heard.said('away')
    await eventually(async () => expect(await refused()).toBeGreaterThanOrEqual(2))
    await direct.call('ACL', 'SETUSER', 'default', 'allchannels')
    await heard.said('back')
    await eventually(() => link.append(event('chat:1', 1)))
    await heard.until(({ entries }) => entries.length === 1)
    expect(await refused()).toBeLessThan(10)
  })
})
