import { expect, test } from 'vitest'
import { hashSlot } from '../../src/redis/hash-slot.js'
import { redisBroker } from '../../src/redis/index.js'
import { expectWhole, stream } from '../redis/two-nodes.js'
import type { RawClient } from '../support/raw-client.js'
import { startServer, type TestServer } from '../support/test-server.js'
import { type RedisCluster, startCluster } from './redis-cluster.js'
import { sendUntilTaken } from './send-until-taken.js'
import { eventually } from '../support/eventually.js'
import { ownTime } from '../support/own-time.js'

async function startNode(cluster: RedisCluster): Promise<TestServer> {
  const node = await startServer({ broker: redisBroker(cluster.client()), history: { size: 10_000 } })
  await eventually(() => node.app.rooms.ready())
  return node
}

/** A room on the same master as another, and one that is not. */
async function roomsBeside(cluster: RedisCluster, room: string): Promise<{ elsewhere: string }> {
  const home = await cluster.masterOf(room)
  for (let n = 1; ; n++) if ((await cluster.masterOf(`chat:other-${n}`)) !== home) return { elsewhere: `chat:other-${n}` }
}

async function reaches(clients: readonly RawClient[], data: unknown): Promise<void> {
  for (const client of clients) await eventually(() => expect(client.ofType('event').some((frame) => frame.data === data)).toBe(true))
}

test('a master that dies: its rooms pause and go on whole or reset, other rooms notice nothing', async () => {
  // As long as it may take to be replaced, and no shorter than a machine may stall.
  const cluster = await startCluster({ replicas: true, nodeTimeoutMs: 2_500 })
  const [here, there] = [await startNode(cluster), await startNode(cluster)]
  const room = 'chat:1'
  const { elsewhere } = await roomsBeside(cluster, room)
  const clients = [await here.join('ana', room), await there.join('bo', room)]
  const quiet = await there.join('cy', elsewhere)
  for (let n = 1; n <= 10; n++) await sendUntilTaken(here, room, n, `n-${n}`)
  await (await cluster.masterOf(room)).kill()
  const refusedAfter = ownTime()
  const refusal = await here.app.rooms.send(room, 'tick', 'refused').catch((error: unknown) => error)
  expect((refusal as { code?: string }).code).toMatch(/^FST_ROOMS_UN/)
  expect(refusedAfter()).toBeLessThan(1_000)
  await sendUntilTaken(here, elsewhere, 'meanwhile', 'meanwhile')
  await quiet.next('event', ({ data }) => data === 'meanwhile')
  await sendUntilTaken(here, room, 'after', 'after')
  const reachedAfter = ownTime()
  await reaches(clients, 'after')
  process.stdout.write(`a master of a cluster died: its rooms took events again, and their members had them ${Math.round(reachedAfter())} ms later\n`)
  // A node looks for moved slots every 5 s.
  expect(reachedAfter()).toBeLessThan(7_000)
  for (const client of clients) {
    if (client.ofType('reset').length === 0) expectWhole(client, room)
    expect(client.ofType('live').map(({ on }) => on)).toEqual([false, true])
    expect(client.socket.readyState).toBe(client.socket.OPEN)
  }
  expect([quiet.ofType('live'), quiet.ofType('reset')]).toEqual([[], []])
})
test('a failover by hand, the subscriber still connected: nothing is missing and nobody is reset', async () => {
  const cluster = await startCluster({ replicas: true })
  const [here, there] = [await startNode(cluster), await startNode(cluster)]
  const room = 'chat:1'
  const clients = [await here.join('ana', room), await there.join('bo', room)]
  const master = await cluster.masterOf(room)
  const replica = cluster.replicas[cluster.masters.indexOf(master)]!
  let n = 0
  const sendTen = async (): Promise<void> => { for (let i = 0; i < 10; i++) await sendUntilTaken(here, room, ++n, `n-${n}`) }
  await sendTen()
  await replica.client().call('CLUSTER', 'FAILOVER')
  await eventually(async () => { await sendTen(); expect(await cluster.masterOf(room)).toBe(replica) })
  await sendTen()
  await sendUntilTaken(there, room, 'end', 'end')
  await reaches(clients, 'end')
  for (const client of clients) {
    expectWhole(client, room)
    expect(stream(client, room).map((frame) => frame.type === 'event' && frame.data)).toEqual([...Array.from({ length: n }, (_, i) => i + 1), 'end'])
    expect(client.ofType('reset')).toEqual([])
  }
})
test('a slot that moves to another master takes its rooms along', async () => {
  const cluster = await startCluster()
  const [here, there] = [await startNode(cluster), await startNode(cluster)]
  const room = 'chat:1'
  const clients = [await here.join('ana', room), await there.join('bo', room)]
  for (let n = 1; n <= 10; n++) await sendUntilTaken(here, room, n, `n-${n}`)
  const from = await cluster.masterOf(room)
  const to = cluster.masters.find((master) => master !== from)!
  const slot = String(hashSlot(room))
  const id = async (server: typeof from): Promise<string> => String(await server.client().call('CLUSTER', 'MYID'))
  await to.client().call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await id(from))
  await from.client().call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', await id(to))
  const keys = (await from.client().call('CLUSTER', 'GETKEYSINSLOT', slot, '100')) as string[]
  expect(keys.length).toBeGreaterThan(5)
  await from.client().call('MIGRATE', '127.0.0.1', String(to.port), '', '0', '5000', 'KEYS', ...keys)
  for (const server of [to, from, ...cluster.masters]) await server.client().call('CLUSTER', 'SETSLOT', slot, 'NODE', await id(to))
  const movedFor = ownTime()
  await sendUntilTaken(here, room, 'moved', 'moved')
  await sendUntilTaken(there, room, 'and on', 'on')
  await reaches(clients, 'and on')
  expect(movedFor()).toBeLessThan(2_000)
  for (const client of clients) {
    expectWhole(client, room)
    expect(client.ofType('reset')).toEqual([])
  }
  const channels = (await to.client().call('PUBSUB', 'SHARDNUMSUB', `rooms:0:{${room}}:channel`)) as [string, number]
  expect(channels[1]).toBe(2)
})
