import type { ServerFrame } from 'rooms-protocol'
import { describe, expect, test } from 'vitest'
import { commands, startProxy, subscribers } from './tcp-proxy.js'
import { figure, seconds } from './figure.js'
import { startRedis } from './redis-server.js'
import { redisBroker } from '../../src/redis/index.js'
import { expectWhole, startNode, stream } from '../redis/two-nodes.js'
import type { RawClient } from '../support/raw-client.js'
import { startServer, type TestServer } from '../support/test-server.js'
import { FULL } from './scale.js'
import { sendUntilTaken } from './send-until-taken.js'
import { eventually } from '../support/eventually.js'
import { stopwatch } from './stopwatch.js'

/** How long Redis stands still; at least until the nodes have noticed. */
const STOPPED_MS = FULL ? 10_000 : 0
/** Rooms of a client of each node, beside those that are looked at closely; a client may join 100. */
const [CLIENTS, ROOMS] = FULL ? [10, 100] : [1, 20]
const RESET_MS = 5_000
const SEND_MS = 1_000
const NOTICED_MS = 5_000
const STALL_MS = 1_500

/** Waits for a frame, which must come within so many ms of this process's time. */
async function within(bound: number, client: RawClient, type: ServerFrame['type'], count = 1): Promise<void> {
  const ms = stopwatch()
  await eventually(() => expect(client.ofType(type).length, type).toBeGreaterThanOrEqual(count))
  expect(ms(), type).toBeLessThan(bound)
}

/** Sends until it is taken, with one id. */
/** A client of a node in as many rooms as a client may join. */
async function inManyRooms(node: TestServer, n: number): Promise<RawClient> {
  const client = await node.connect(`crowd-${n}`)
  client.send(...Array.from({ length: ROOMS }, (_, room) => ({ type: 'join' as const, room: `chat:crowd-${n}-${room}` })))
  await eventually(() => expect(client.ofType('joined')).toHaveLength(ROOMS))
  return client
}

describe('Redis killed and started empty', () => {
  test('resets every room within 5 s, keeps sockets and presence, and goes on', async () => {
    const redis = await startRedis()
    const [here, there] = [await startNode(redis), await startNode(redis)]
    const [ana, bo] = [await here.join('ana', 'chat:1'), await there.join('bo', 'chat:1')]
    const quiet = await there.join('cy', 'chat:2')
    const crowd = await Promise.all([here, there].flatMap((node) => Array.from({ length: CLIENTS }, (_, n) => inManyRooms(node, n))))
    await sendUntilTaken(here, 'chat:1', 1, 'before')
    await bo.next('event')
    await redis.restart()
    const ms = stopwatch()
    await eventually(() => { for (const client of crowd) expect(client.ofType('reset')).toHaveLength(ROOMS) })
    for (const client of [ana, bo, quiet]) await within(RESET_MS, client, 'reset')
    const resetMs = ms()
    const all = [ana, bo, quiet, ...crowd]
    figure('Redis killed and started empty', 'every room is reset', `${seconds(resetMs)} after it was there (${CLIENTS * ROOMS + 2} rooms on two nodes)`)
    figure('Redis killed and started empty', 'connections that ended', `${all.filter(({ socket }) => socket.readyState !== socket.OPEN).length} of ${all.length}`)
    expect(resetMs).toBeLessThan(RESET_MS)
    for (const client of crowd) {
      expect(new Set(client.ofType('reset').map(({ room }) => room)).size).toBe(ROOMS)
      expect(client.socket.readyState).toBe(client.socket.OPEN)
    }
    expect(bo.ofType('reset')[0]).toMatchObject({ room: 'chat:1', reason: 'epoch' })
    await sendUntilTaken(here, 'chat:1', 'after', 'after')
    await bo.next('event', ({ data }) => data === 'after')
    await eventually(async () => expect((await here.app.rooms.members('chat:1')).map(({ user }) => user)).toEqual(['ana', 'bo']))
    for (const client of [ana, bo, quiet]) {
      expect(client.ofType('live').map(({ on }) => on)).toEqual([false, true])
      expect(client.ofType('reset')).toHaveLength(1)
      expect(client.socket.readyState).toBe(client.socket.OPEN)
    }
  })
})

describe('Redis stopped', () => {
  test('makes send fail within a second, keeps sockets, and leaves nothing out afterwards', async () => {
    const redis = await startRedis()
    const [here, there] = [await startNode(redis), await startNode(redis)]
    const [ana, bo] = [await here.join('ana', 'chat:1'), await there.join('bo', 'chat:1')]
    await sendUntilTaken(here, 'chat:1', 'before', 'before')
    await bo.next('event')
    redis.pause()
    const refusals: string[] = []
    const start = performance.now()
    const refusedAfter = stopwatch()
    await here.app.rooms.send('chat:1', 'tick', 'lost', { id: 'lost' }).catch((error: { code: string }) => refusals.push(error.code))
    const firstMs = refusedAfter()
    expect(firstMs).toBeLessThan(SEND_MS)
    const answer = await bo.publish('tick', 'published', { id: 'p1' })
    expect(answer).toMatchObject({ type: 'error', code: expect.stringMatching(/unavailable|uncertain/) as string })
    expect(refusals).toEqual(['FST_ROOMS_UNCERTAIN'])
    for (const client of [ana, bo]) await within(6_000, client, 'live')
    let refused = 0
    let longest = firstMs
    do {
      const waited = stopwatch()
      await expect(here.app.rooms.send('chat:1', 'tick', 'refused')).rejects.toMatchObject({ code: expect.stringMatching(/^FST_ROOMS_UN(AVAILABLE|CERTAIN)$/) as string })
      refused++
      longest = Math.max(longest, waited())
      await new Promise(setImmediate)
    } while (performance.now() - start < STOPPED_MS)
    figure('Redis stopped for 10 s (SIGSTOP)', 'send fails', `${seconds(longest)} at most (${refused + 1} sends in ${seconds(performance.now() - start)})`)
    expect(longest).toBeLessThan(SEND_MS)
    redis.resume()
    for (const client of [ana, bo]) await within(6_000, client, 'live', 2)
    await sendUntilTaken(here, 'chat:1', 'lost', 'lost')
    await sendUntilTaken(there, 'chat:1', 'after', 'after')
    for (const client of [ana, bo]) {
      await client.next('event', ({ data }) => data === 'after')
      expect(client.ofType('live').map(({ on }) => on)).toEqual([false, true])
      expectWhole(client, 'chat:1')
      expect(client.ofType('reset')).toEqual([])
      expect(client.socket.readyState).toBe(client.socket.OPEN)
    }
    expect(stream(bo, 'chat:1')).toEqual(stream(ana, 'chat:1'))
    const sent = stream(bo, 'chat:1').map((frame) => frame.type === 'event' && frame.data)
    expect(sent.filter((data) => data === 'lost')).toHaveLength(1)
    figure('Redis stopped for 10 s (SIGSTOP)', 'events', '0 lost, 0 twice, 0 out of order, 0 resets; the one whose send was left uncertain stands once')
  })
})

describe('a committed change while Redis is away', () => {
  test('does not fail, and its room is reset when Redis is back, on every node', async () => {
    const redis = await startRedis()
    const proxy = await startProxy(redis.port)
    const [here, there] = [await startNode(redis, { port: proxy.port }), await startNode(redis)]
    const [ana, bo] = [await here.join('ana', 'chat:1'), await there.join('bo', 'chat:1')]
    const other = await there.join('cy', 'chat:2')
    await sendUntilTaken(here, 'chat:1', 'before', 'before')
    await bo.next('event')
    proxy.refuse()
    await within(2_000, ana, 'live')
    expect(await here.app.rooms.send('chat:1', 'tick', 'stored', { committed: true, id: 'row-1' })).toEqual({ id: 'row-1', position: null, duplicate: false })
    expect(bo.ofType('reset')).toEqual([])
    proxy.heal()
    for (const client of [ana, bo]) await within(5_000, client, 'reset')
    await sendUntilTaken(there, 'chat:1', 'after', 'after')
    for (const client of [ana, bo]) await client.next('event', ({ data }) => data === 'after')
    expect(other.ofType('reset')).toEqual([])
  })
})

describe('connections cut while events flow', () => {
  test('the subscriber, again and again: nothing missing, nothing twice, no reset, and no long stall', async () => {
    const redis = await startRedis()
    const proxy = await startProxy(redis.port)
    const history = { size: 10_000 }
    const [here, there] = [await startNode(redis, { history }), await startNode(redis, { port: proxy.port, history })]
    const bo = await there.join('bo', 'chat:1')
    let longest = 0
    let since = stopwatch()
    bo.socket.on('message', (data: Buffer) => {
      // Being told that the room is paused is no event.
      if (!data.includes('"type":"event"')) return
      longest = Math.max(longest, since())
      since = stopwatch()
    })
    const total = 2_000
    for (let n = 1; n <= total; n++) {
      await sendUntilTaken(here, 'chat:1', n, `n-${n}`)
      if (n % 400 === 0) proxy.cut(subscribers)
    }
    await sendUntilTaken(here, 'chat:1', 'end', 'end')
    await bo.next('event', ({ data }) => data === 'end')
    expectWhole(bo, 'chat:1')
    expect(stream(bo, 'chat:1')).toHaveLength(total + 1)
    expect(bo.ofType('reset')).toEqual([])
    expect(longest).toBeLessThan(STALL_MS)
  })
  test('the commands, while the subscription lives: refused for a moment, then nothing missing', async () => {
    const redis = await startRedis()
    const proxy = await startProxy(redis.port)
    const [here, there] = [await startNode(redis, { port: proxy.port }), await startNode(redis)]
    const clients = [await here.join('ana', 'chat:1'), await there.join('bo', 'chat:1')]
    for (let n = 1; n <= 300; n++) {
      if (n % 100 === 0) proxy.cut(commands)
      await sendUntilTaken(here, 'chat:1', n, `n-${n}`)
    }
    for (const client of clients) {
      await client.next('event', ({ data }) => data === 300)
      expect(stream(client, 'chat:1').map((frame) => frame.type === 'event' && frame.data)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1))
      expect(client.ofType('reset')).toEqual([])
    }
  })
  test('a half-open subscriber: the room catches up by itself, without another event', async () => {
    const redis = await startRedis()
    const proxy = await startProxy(redis.port)
    const [here, there] = [await startNode(redis), await startNode(redis, { port: proxy.port })]
    const bo = await there.join('bo', 'chat:1')
    const ms = stopwatch()
    proxy.halfOpen(subscribers)
    await sendUntilTaken(here, 'chat:1', 'missed', 'missed')
    await within(NOTICED_MS, bo, 'live')
    await bo.next('event', ({ data }) => data === 'missed')
    const caughtUpMs = ms()
    process.stdout.write(`half-open subscriber, no other event: caught up after ${seconds(caughtUpMs)}\n`)
    expect(caughtUpMs).toBeLessThan(NOTICED_MS + 1_000)
    expect(bo.ofType('live').map(({ on }) => on)).toEqual([false, true])
  })
})

describe('a node that boots while Redis is away', () => {
  test('serves its other routes, is not ready, and takes part once Redis is there: in rooms, and in what all nodes are told', async () => {
    const redis = await startRedis()
    const there = await startNode(redis)
    redis.pause()
    const broker = redisBroker(redis.client({ lazyConnect: true }))
    const here = await startServer({ broker }, { after: (app) => { app.get('/own', async () => 'served') } })
    expect((await here.app.inject('/own')).body).toBe('served')
    await expect(here.app.rooms.ready()).rejects.toMatchObject({ code: 'FST_ROOMS_UNAVAILABLE' })
    expect(here.app.rooms.stats().broker).toBe('away')
    redis.resume()
    const ms = stopwatch()
    await eventually(() => here.app.rooms.ready())
    process.stdout.write(`booted without Redis: ready ${seconds(ms())} after it was there\n`)
    expect(here.app.rooms.stats().broker).toBe('live')
    const ana = await here.join('ana', 'chat:1')
    await sendUntilTaken(there, 'chat:1', 'hello', 'hello')
    await ana.next('event', ({ data }) => data === 'hello')
    await eventually(() => there.app.rooms.disconnect({ user: 'ana' }))
    expect(await ana.closed).toMatchObject({ code: 4010 })
  })
})

describe('a node that dies', () => {
  test('is missed once its leases run out, and its users leave', async () => {
    const redis = await startRedis()
    const proxy = await startProxy(redis.port)
    const presence = { leaseMs: 1_000, renewMs: 300 }
    const [here, there] = [await startNode(redis, { port: proxy.port, presence }), await startNode(redis, { presence })]
    await here.join('ana', 'chat:1')
    const bo = await there.join('bo', 'chat:1')
    await here.join('bo', 'chat:1')
    await eventually(async () => expect(await there.app.rooms.size('chat:1')).toBe(2))
    proxy.refuse()
    const ms = stopwatch()
    await bo.next('presence', ({ left }) => left.includes('ana'))
    const goneMs = ms()
    process.stdout.write(`a node cut off from Redis: its users left after ${seconds(goneMs)} with leases of ${presence.leaseMs} ms\n`)
    expect(goneMs).toBeLessThan(4_000)
    await eventually(async () => expect(await there.app.rooms.members('chat:1')).toMatchObject([{ user: 'bo', connections: 1 }]))
  })
})
