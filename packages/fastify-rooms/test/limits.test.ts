import { describe, expect, test } from 'vitest'
import { BadMessages, MessageRate } from '../src/limits.js'
import { RawClient, refusedUpgrade } from './support/raw-client.js'
import { tokenOf } from './support/test-app.js'
import { UserRates } from '../src/user-rates.js'
import { startServer } from './support/test-server.js'

const PING = { type: 'ping' } as const

describe('messages per second', () => {
  test('a burst of twice the rate passes, then one per slot, and the answer says how long to wait', () => {
    const start = performance.now()
    const rate = new MessageRate(50, start)
    for (let n = 0; n < 100; n++) expect(rate.take(start)).toEqual({ ok: true })
    const refused = rate.take(start)
    expect(refused).toMatchObject({ ok: false, close: false, retryAfterMs: expect.any(Number) })
    const { retryAfterMs } = refused as { retryAfterMs: number }
    expect(retryAfterMs).toBeGreaterThan(0)
    expect(retryAfterMs).toBeLessThanOrEqual(20)
    expect(rate.take(start + retryAfterMs)).toEqual({ ok: true })
    for (let n = 0; n < 100; n++) expect(rate.take(start + 60_000)).toEqual({ ok: true })
    expect(rate.take(start + 60_000).ok).toBe(false)
  })
  test('200 refusals within 10 s are borne, the next is one too many; a new window forgets', () => {
    const now = performance.now()
    const rate = new MessageRate(1, now - 10_000)
    const refusals = (at: number, count: number): boolean[] => Array.from({ length: count }, () => rate.take(at)).flatMap((verdict) => (verdict.ok ? [] : [verdict.close]))
    expect(refusals(now, 202)).toEqual(Array<boolean>(200).fill(false))
    expect(refusals(now, 1)).toEqual([true])
    expect(refusals(now + 10_001, 3)).toEqual([false])
  })
  test('someone without a connection has the whole burst, too', () => {
    const rates = new UserRates(50)
    const now = performance.now()
    expect(Array.from({ length: 101 }, () => rates.take('ana', now).ok)).toEqual([...Array<boolean>(100).fill(true), false])
    expect(rates.take('bo', now).ok).toBe(true)
  })
  test('error code rate_limited: too many objects, told with retryAfterMs, id and room; the neighbour is not touched', async () => {
    const server = await startServer({ limits: { messagesPerSecond: 1 } })
    const [ana, bo] = [await server.join('ana', 'lobby'), await server.join('bo', 'lobby')]
    ana.send(PING, PING, { type: 'publish', event: 'note', data: 1, id: 'm-1', room: 'lobby' })
    expect(await ana.next('error')).toEqual({ type: 'error', code: 'rate_limited', message: 'more than limits.messagesPerSecond (1): wait retryAfterMs', retryAfterMs: expect.any(Number), id: 'm-1', room: 'lobby' })
    expect(await bo.publish('note', 1)).toMatchObject({ type: 'ack' })
    await ana.next('event')
    expect(ana.ofType('pong')).toHaveLength(2)
  })
  test('going on closes 4129', async () => {
    const server = await startServer({ limits: { messagesPerSecond: 1 } })
    const [ana, bo] = [await server.join('ana', 'lobby'), await server.join('bo', 'lobby')]
    ana.send(...Array.from({ length: 215 }, () => PING))
    expect(await ana.next('bye')).toEqual({ type: 'bye', code: 4129, reason: 'went on after rate_limited', retry: 'backoff' })
    expect((await ana.closed).code).toBe(4129)
    expect(ana.ofType('error').length).toBeGreaterThan(199)
    await bo.settled()
  })
  test('join and pong do not count; objects that are refused do', async () => {
    const server = await startServer({ limits: { messagesPerSecond: 1 } })
    const ana = await server.connect('ana')
    ana.send(...Array.from({ length: 20 }, (_, n) => ({ type: 'join', room: `r:${n}` }) as const), ...Array.from({ length: 20 }, () => ({ type: 'pong' }) as const))
    for (let n = 0; n < 20; n++) await ana.next('joined')
    ana.send('{"type":"dance"}', '{"type":"dance"}', '{"type":"dance"}')
    expect([await ana.next('error'), await ana.next('error'), await ana.next('error')].map(({ code }) => code)).toEqual(['unknown_type', 'unknown_type', 'rate_limited'])
  })
  test('joins beyond four times limits.rooms count: each is answered with the members of a room', async () => {
    const server = await startServer({ limits: { messagesPerSecond: 1, rooms: 5 } })
    const ana = await server.connect('ana')
    ana.send(...Array.from({ length: 5_000 }, () => ({ type: 'join', room: 'lobby' }) as const))
    expect(await ana.next('error')).toMatchObject({ code: 'rate_limited', room: 'lobby', retryAfterMs: expect.any(Number) })
    expect((await ana.closed).code).toBe(4129)
    expect(ana.ofType('joined').length).toBeLessThan(30)
  })
})

describe('bad messages', () => {
  test('as many as allowed are borne per 10 s', () => {
    const bad = new BadMessages(3)
    const now = performance.now()
    expect([0, 1, 2, 3].map((n) => bad.tolerate(now + n))).toEqual([true, true, true, false])
    expect(bad.tolerate(now + 10_000)).toBe(true)
  })
})

describe('connections', () => {
  test('limits.connectionsPerUser: one more is told 4130 and closed, and may come when another has gone', async () => {
    let freed: () => void = () => {}
    const server = await startServer({ limits: { connectionsPerUser: 2 } }, { after: (app) => app.rooms.addHook('onDisconnect', () => freed()) })
    const [first] = [await server.connect('ana'), await server.connect('ana')]
    const third = await new RawClient(`${server.url}/ws`, { token: tokenOf(server.app, 'ana') }).opened()
    expect(await third.next('bye')).toMatchObject({ code: 4130, retry: 'backoff', reason: expect.stringContaining('limits.connectionsPerUser (2)') })
    expect((await third.closed).code).toBe(4130)
    await server.connect('bo')
    const gone = new Promise<void>((resolve) => { freed = resolve })
    first.socket.terminate()
    await gone
    await server.connect('ana')
  })
})

test('behind a proxy that Fastify trusts, the limit per address counts the clients, not the proxy', async () => {
  const server = await startServer({ limits: { connectionsPerIp: 1 } }, { server: { trustProxy: true } })
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
  await server.connect('ana', from('192.0.2.1'))
  await server.connect('bo', from('192.0.2.2'))
  expect((await refusedUpgrade(`${server.url}/ws`, from('192.0.2.1'))).status).toBe(429)
})
