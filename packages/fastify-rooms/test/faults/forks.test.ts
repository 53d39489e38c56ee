import type { Redis } from 'ioredis'
import { parsePosition } from 'rooms-protocol'
import { describe, expect, test, vi } from 'vitest'
import type { RawClient } from '../support/raw-client.js'
import { expectWhole, startNode, stream } from '../redis/two-nodes.js'
import { figure } from './figure.js'
import { startRedis } from './redis-server.js'
import { startProxy } from './tcp-proxy.js'
import { eventually } from '../support/eventually.js'

vi.mock('../../src/in-time.js', () => import('../support/patient-in-time.js'))

const ROOM = 'chat:1'
const KEYS = ['meta', 'history'].map((part) => `rooms:0:{${ROOM}}:${part}`)

/** Makes a room on one Redis what it is on another. */
async function copyRoom(from: Redis, to: Redis): Promise<void> {
  for (const key of KEYS) await to.restore(key, 600_000, (await from.dumpBuffer(key))!, 'REPLACE')
}

/** Everything since the last reset is whole; before it as well. */
function expectNothingSkippedSilently(client: RawClient): void {
  const since = client.frames.findLastIndex(({ type }) => type === 'reset')
  expect(since, 'a reset').toBeGreaterThanOrEqual(0)
  const reset = client.frames[since]!
  const [before, after] = [client.frames.slice(0, since), client.frames.slice(since)]
  for (const frames of [before, after]) expectWhole({ frames } as RawClient, ROOM)
  const next = stream({ frames: after } as RawClient, ROOM)[0]
  expect(next?.offset).toBe(reset.type === 'reset' ? parsePosition(reset.position)!.offset + 1 : NaN)
}

describe('a replica that lagged behind and became the master', () => {
  test('resets every client of the fork, and a retry into it deceives nobody', async () => {
    const [master, replica] = [await startRedis('--repl-diskless-sync-delay', '0'), await startRedis()]
    const [toMaster, toRedis] = [await startProxy(master.port), await startProxy(master.port)]
    await replica.client().replicaof('127.0.0.1', toMaster.port)
    const [here, there] = [await startNode(master, { port: toRedis.port }), await startNode(master, { port: toRedis.port })]
    const [ana, bo] = [await here.join('ana', ROOM), await there.join('bo', ROOM)]
    for (let n = 1; n <= 5; n++) await here.app.rooms.send(ROOM, 'tick', n)
    await eventually(async () => expect(await replica.client().hget(KEYS[0]!, 'offset')).toBe('5'))
    toMaster.halfOpen()
    const forked: string[] = []
    for (let n = 6; n <= 8; n++) forked.push((await here.app.rooms.send(ROOM, 'tick', n, { id: `id-${n}` })).position!)
    await bo.next('event', ({ data }) => data === 8)

    await replica.client().replicaof('NO', 'ONE')
    toRedis.retarget(replica.port)
    await master.kill()
    toRedis.cut()
    const retried = await eventually(() => here.app.rooms.send(ROOM, 'tick', 8, { id: 'id-8' }))
    expect(parsePosition(retried.position)).toMatchObject({ offset: 6, epoch: parsePosition(forked[2])!.epoch })
    for (let n = 9; n <= 12; n++) await there.app.rooms.send(ROOM, 'tick', n)
    for (const client of [ana, bo]) {
      await eventually(() => expect(client.ofType('reset')).toHaveLength(1))
      await here.app.rooms.send(ROOM, 'tick', `last of ${client === ana ? 'ana' : 'bo'}`)
      await client.next('event', ({ data }) => data === `last of ${client === ana ? 'ana' : 'bo'}`)
      expectNothingSkippedSilently(client)
    }
    figure('a lagging replica promoted, a publish retried into the fork', 'skipped without a word', '0: before and after its reset each client has every offset once')
    for (const position of forked) expect((await there.enter('late', ROOM, { query: `?position=${position}` })).joined).toMatchObject({ recovered: false, reason: 'fork' })
    const shared = stream(bo, ROOM).find(({ offset }) => offset === 5)!
    const { joined } = await there.enter('cy', ROOM, { query: `?position=${parsePosition(forked[0])!.epoch}:5:${shared.tag}` })
    expect(joined).toMatchObject({ recovered: true, replay: 7 })
    figure('a lagging replica promoted, a publish retried into the fork', 'clients of the fork', `${[ana, bo].filter((client) => client.ofType('reset').length === 1).length} of 2 reset, and ${forked.length} of ${forked.length} positions in the fork answered by reason fork`)
  })
})

describe('a history that changed while the subscription stayed whole', () => {
  test('and is shorter now: the next event of it makes every client refetch', async () => {
    const [redis, safe] = [await startRedis(), await startRedis()]
    const [here, there] = [await startNode(redis), await startNode(redis)]
    const clients = [await here.join('ana', ROOM), await there.join('bo', ROOM)]
    for (let n = 1; n <= 5; n++) await here.app.rooms.send(ROOM, 'tick', n)
    await copyRoom(redis.client(), safe.client())
    for (let n = 6; n <= 8; n++) await here.app.rooms.send(ROOM, 'tick', n)
    for (const client of clients) await client.next('event', ({ data }) => data === 8)
    await copyRoom(safe.client(), redis.client())
    await here.app.rooms.send(ROOM, 'tick', 'other 6')
    for (const client of clients) {
      await client.next('reset')
      await there.app.rooms.send(ROOM, 'tick', 'on')
      await client.next('event', ({ data }) => data === 'on')
      expectNothingSkippedSilently(client)
      expect(client.ofType('live')).toEqual([])
    }
  })
  test('and is as long as before: only the previous tag shows it, and it does', async () => {
    const [redis, other] = [await startRedis(), await startRedis()]
    const [here, elsewhere] = [await startNode(redis), await startNode(other)]
    const ana = await here.join('ana', ROOM)
    for (let n = 1; n <= 5; n++) await here.app.rooms.send(ROOM, 'tick', n)
    await copyRoom(redis.client(), other.client())
    for (let n = 6; n <= 8; n++) {
      await here.app.rooms.send(ROOM, 'tick', n)
      await elsewhere.app.rooms.send(ROOM, 'tick', `other ${n}`)
    }
    await ana.next('event', ({ data }) => data === 8)
    await copyRoom(other.client(), redis.client())
    await here.app.rooms.send(ROOM, 'tick', 9)
    expect(await ana.next('reset')).toMatchObject({ reason: 'fork' })
    await here.app.rooms.send(ROOM, 'tick', 10)
    await ana.next('event', ({ data }) => data === 10)
    expectNothingSkippedSilently(ana)
  })
  test('because its meta was deleted by hand: a new epoch, and a reset on every node', async () => {
    const redis = await startRedis()
    const [here, there] = [await startNode(redis), await startNode(redis)]
    const clients = [await here.join('ana', ROOM), await there.join('bo', ROOM)]
    const { position } = await here.app.rooms.send(ROOM, 'tick', 1)
    for (const client of clients) await client.next('event')
    await redis.client().del(KEYS[0]!)
    const sent = await there.app.rooms.send(ROOM, 'tick', 2)
    expect(parsePosition(sent.position)!.epoch).not.toBe(parsePosition(position)!.epoch)
    for (const client of clients) {
      const { position: end } = await client.next('reset', ({ reason }) => reason === 'epoch')
      expect(parsePosition(end)).toMatchObject({ epoch: parsePosition(sent.position)!.epoch, offset: 1 })
    }
    await here.app.rooms.send(ROOM, 'tick', 3)
    for (const client of clients) {
      await client.next('event', ({ data }) => data === 3)
      expectNothingSkippedSilently(client)
    }
    figure("a room's meta key deleted by hand", 'its members', `${clients.filter((client) => client.ofType('reset').length === 1).length} of ${clients.length} reset once, on two nodes, reason epoch`)
  })
})
