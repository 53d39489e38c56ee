import { describe, expect, test } from 'vitest'
import type { BrokerLink } from '../../src/index.js'
import { startRedis } from '../faults/redis-server.js'
import { commands, startProxy, subscribers } from '../faults/tcp-proxy.js'
import { bootLink, event, keyOf, listen, LinkListener, newest, openLink, outcome } from './open-link.js'
import { eventually } from '../support/eventually.js'
import { ownTime } from '../support/own-time.js'

describe('a Redis that stands still', () => {
  test('leaves the first append uncertain within a second, refuses the next at once, and queues nothing behind it', async () => {
    const redis = await startRedis()
    const link = await openLink(redis.client())
    await eventually(() => link.append(event('chat:1', 0, { key: keyOf('0') })))
    redis.pause()
    const first = await outcome(link.append(event('chat:1', 1)))
    expect(first.code).toBe('FST_ROOMS_UNCERTAIN')
    expect(first.ms).toBeLessThan(1_000)
    const next = await Promise.all(Array.from({ length: 1_000 }, () => outcome(link.append(event('chat:1', 2)))))
    expect(new Set(next.map(({ code }) => code))).toEqual(new Set(['FST_ROOMS_UNAVAILABLE']))
    expect(Math.max(...next.map(({ ms }) => ms))).toBeLessThan(500)
    redis.resume()
    await eventually(() => link.append(event('chat:1', 3, { key: keyOf('again 3') })))
    expect(await newest(link, 'chat:1')).toEqual([0, 1, 3])
  })
  test('settles every other call within a second too', async () => {
    const redis = await startRedis()
    const calls: ((link: BrokerLink) => unknown)[] = [
      (link) => link.read('chat:1', { last: 1 }, 1),
      (link) => link.subscribe('chat:1', new LinkListener()),
      (link) => link.members('chat:1', { limit: 1 }),
      (link) => link.setPresence('chat:1', { connection: 'c', user: 'u', info: null, state: null }),
      (link) => link.resumePresence('chat:1', 'c', 'u'),
      (link) => link.endPresence('chat:1', 'c', 0),
      (link) => link.claim('chat:1', keyOf('k')),
      (link) => link.settle('chat:1', keyOf('k'), 'null'),
      (link) => link.release('chat:1', keyOf('k')),
      (link) => link.restart('chat:1'),
    ]
    const links = await Promise.all(calls.map(() => openLink(redis.client())))
    redis.pause()
    const outcomes = await Promise.all(calls.map((call, i) => outcome(call(links[i]!))))
    redis.resume()
    for (const { code, ms } of outcomes) {
      expect(code).toMatch(/^FST_ROOMS_(UNAVAILABLE|UNCERTAIN)$/)
      expect(ms).toBeLessThan(1_000)
    }
  })
  test('and goes on for 3 s later (CLIENT PAUSE) makes one event of an append and its retries', async () => {
    const redis = await startRedis()
    const link = await openLink(redis.client())
    await eventually(() => link.append(event('chat:1', 0, { key: keyOf('0') })))
    await redis.client().call('CLIENT', 'PAUSE', '3000')
    expect(await outcome(link.append(event('chat:1', 1, { key: keyOf('k') })))).toMatchObject({ code: 'FST_ROOMS_UNCERTAIN' })
    let tries = 0
    const retried = await eventually(() => {
      tries++
      return link.append(event('chat:1', 1, { key: keyOf('k') }))
    })
    process.stdout.write(`CLIENT PAUSE for 3 s: ${tries} retries with one id, the last ${retried.state}: one event\n`)
    expect(retried.state).toMatch(/appended|duplicate/)
    expect(await newest(link, 'chat:1')).toEqual([0, 1])
  })
})

describe('a Redis that is gone', () => {
  test('refuses appends at once, and takes them again when it is back', async () => {
    const redis = await startRedis()
    const link = await openLink(redis.client())
    const heard = await listen(link, 'chat:1')
    await redis.kill()
    await heard.said('away')
    const refused = await outcome(link.append(event('chat:1', 1)))
    expect(refused.code).toMatch(/^FST_ROOMS_(UNAVAILABLE|UNCERTAIN)$/)
    expect(refused.ms).toBeLessThan(200)
    await redis.restart()
    await heard.said('back')
    await eventually(() => link.append(event('chat:1', 2, { key: keyOf('again 2') })))
    await heard.until(({ data }) => data.includes(2))
    expect(await newest(link, 'chat:1')).toEqual([2])
  })
  test('when a node boots does not keep it from booting: rooms work once Redis is there', async () => {
    const redis = await startRedis()
    await redis.kill()
    const ms = ownTime()
    const link = await bootLink(redis.client({ lazyConnect: true }))
    expect(ms()).toBeLessThan(3_000)
    expect((await outcome(link.append(event('chat:1', 1)))).code).toBe('FST_ROOMS_UNAVAILABLE')
    await redis.restart()
    const heard = new LinkListener()
    await eventually(() => link.subscribe('chat:1', heard))
    await eventually(() => link.append(event('chat:1', 2, { key: keyOf('again 2') })))
    await heard.until(({ data }) => data.includes(2))
  })
})

describe('a connection that loses things', () => {
  test('an append whose answer was lost is uncertain, and its retry finds it done', async () => {
    const redis = await startRedis()
    const proxy = await startProxy(redis.port)
    const link = await openLink(redis.client({ port: proxy.port, lazyConnect: true }))
    const heard = await listen(link, 'chat:1')
    const position = (await eventually(() => link.read('chat:1', { last: 0 }, 0))).end
    proxy.dropReplies(commands)
    const lost = await outcome(link.append(event('chat:1', 1, { key: keyOf('k') })))
    expect(lost.code).toBe('FST_ROOMS_UNCERTAIN')
    expect(lost.ms).toBeLessThan(1_000)
    process.stdout.write(`an append whose answer was lost: ${lost.code} after ${lost.ms} ms (bound 1000)\n`)
    await heard.until(({ entries }) => entries.length === 1)
    proxy.cut(commands)
    const retried = await eventually(() => link.append(event('chat:1', 1, { key: keyOf('k') })))
    expect(retried).toMatchObject({ state: 'duplicate', position: expect.stringContaining(`${position.epoch}:1:`) as string })
    proxy.dropReplies(commands)
    const unnamed = outcome(link.append(event('chat:1', 2)))
    await heard.until(({ entries }) => entries.length === 2)
    proxy.cut(commands)
    expect((await unnamed).code).toBe('FST_ROOMS_UNCERTAIN')
    await eventually(() => link.append(event('chat:1', 3, { key: keyOf('again 3') })))
    await heard.until(({ entries }) => entries.length === 3)
    expect(heard.data).toEqual([1, 2, 3])
  })
  test('connections that are open and carry nothing are noticed within 5 s, and replaced as often as it takes', async () => {
    const redis = await startRedis()
    const proxy = await startProxy(redis.port)
    const [link, other] = [await openLink(redis.client({ port: proxy.port, lazyConnect: true })), await openLink(redis.client())]
    const heard = await listen(link, 'chat:1')
    const ms = ownTime()
    proxy.blackHole()
    expect(await outcome(link.append(event('chat:1', 'refused')))).toMatchObject({ code: 'FST_ROOMS_UNCERTAIN' })
    await eventually(() => other.append(event('chat:1', 'lost', { key: keyOf('lost') })))
    await heard.said('away')
    process.stdout.write(`black-holed connections: noticed after ${Math.round(ms())} ms (bound 5000)\n`)
    expect(ms()).toBeLessThan(5_000)
    // The next connections are accepted, and nobody answers on them either.
    await eventually(() => expect(proxy.count()).toBe(0))
    await eventually(() => expect(proxy.count()).toBe(2))
    proxy.heal()
    await heard.said('back')
    await eventually(() => link.append(event('chat:1', 'heard', { key: keyOf('again heard') })))
    await heard.until(({ data }) => data.includes('heard'))
    expect(await newest(link, 'chat:1')).toEqual(['lost', 'heard'])
  }, 30_000)
  test('a subscriber that Redis cut for reading too slowly listens again', async () => {
    const redis = await startRedis('--client-output-buffer-limit', 'pubsub 256kb 256kb 1')
    const proxy = await startProxy(redis.port)
    const [link, other] = [await openLink(redis.client({ port: proxy.port, lazyConnect: true })), await openLink(redis.client())]
    const heard = await listen(link, 'chat:1')
    proxy.stall(subscribers)
    const text = 'x'.repeat(50_000)
    for (let n = 0; n < 400; n++) await eventually(() => other.append(event('chat:1', text, { history: { size: 1, ttlMs: 60_000 }, key: keyOf(`n-${n}`) })))
    proxy.unstall()
    await heard.said('away')
    await heard.said('back')
    await eventually(() => other.append(event('chat:1', 'heard', { key: keyOf('heard') })))
    await heard.until(({ offsets }) => offsets.at(-1) === 401)
    expect(heard.entries.length).toBeLessThan(401)
  })
})

describe('closing', () => {
  test('takes at most a second with Redis black-holed', async () => {
    const redis = await startRedis()
    const proxy = await startProxy(redis.port)
    const link = await openLink(redis.client({ port: proxy.port, lazyConnect: true }))
    await listen(link, 'chat:1')
    proxy.blackHole()
    const append = outcome(link.append(event('chat:1', 1)))
    const closed = await outcome(link.close())
    expect(closed).toMatchObject({ code: 'done' })
    expect(closed.ms).toBeLessThan(1_100)
    expect((await append).code).toBe('FST_ROOMS_UNCERTAIN')
    await eventually(() => expect(proxy.count()).toBe(0))
  })
  test('leaves the given client as it was: open, unsubscribed, or never connected', async () => {
    const redis = await startRedis()
    const [used, idle] = [redis.client(), redis.client({ lazyConnect: true })]
    await used.ping()
    for (const client of [used, idle]) {
      const link = await openLink(client)
      await listen(link, 'chat:1')
      await eventually(() => link.append(event('chat:1', 1)))
      await link.close()
    }
    expect(await used.ping()).toBe('PONG')
    expect(idle.status).toBe('wait')
    expect(Object.keys(used).concat(Object.keys(Object.getPrototypeOf(used) as object)).filter((name) => name.startsWith('rooms_'))).toEqual([])
    await eventually(async () => expect(String(await used.call('CLIENT', 'LIST')).trim().split('\n')).toHaveLength(1))
  })
  test('lets what is under way arrive', async () => {
    const redis = await startRedis()
    const [link, other] = [await openLink(redis.client()), await openLink(redis.client())]
    await link.setPresence('chat:1', { connection: 'c', user: 'ana', info: null, state: null })
    const ended = link.endPresence('chat:1', 'c', 0)
    await link.close()
    await ended
    expect(await other.members('chat:1', { limit: 5 })).toMatchObject({ size: 0 })
  })
})
