import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import { startRedis } from '../faults/redis-server.js'
import { startProxy, subscribers, type TcpProxy } from '../faults/tcp-proxy.js'
import { startNode } from '../redis/two-nodes.js'
import type { RawClient } from '../support/raw-client.js'
import type { TestServer } from '../support/test-server.js'
import { contract } from '../support/test-contract.js'
import { ownTime } from '../support/own-time.js'
import { FULL } from './node-process.js'

vi.mock('../../src/in-time.js', () => import('../support/patient-in-time.js'))

const WITHIN_MS = 2_000
const CUTS = FULL ? 40 : 6

interface Cluster {
  readonly near: TestServer
  /** Its link to Redis passes through `proxy`. */
  readonly far: TestServer
  readonly proxy: TcpProxy
  /** Users that may not be in `chat:a` any more. */
  readonly banned: Set<string>
}

async function startCluster(): Promise<Cluster> {
  const redis = await startRedis()
  const proxy = await startProxy(redis.port)
  const banned = new Set<string>()
  const options = {
    contract,
    authorize: ({ user, room }: { user: { id: string }; room: { id: string } }) => (room.id === 'a' && banned.has(user.id) ? false : undefined),
    limits: { connectionsPerUser: 1_000 },
  }
  return { near: await startNode(redis, options), far: await startNode(redis, { ...options, port: proxy.port }), proxy, banned }
}

/** A member of both rooms on one shared connection. */
async function inBoth(node: TestServer, user: string): Promise<RawClient> {
  const client = await node.connect(user)
  client.send({ type: 'join', room: 'chat:a' }, { type: 'join', room: 'chat:b' })
  await client.next('joined', ({ room }) => room === 'chat:a')
  await client.next('joined', ({ room }) => room === 'chat:b')
  return client
}

const longest = (times: readonly number[]): number => Math.round(Math.max(...times))

/** Resolves with how long it took from `began` on; the test's timeout is the deadline. */
async function since(began: () => number, what: Promise<unknown>): Promise<number> {
  await what
  return began()
}

/** The room's `left`, however late. */
async function leftRoom(client: RawClient, room: string): Promise<void> {
  while (!client.ofType('left').some((frame) => frame.room === room)) await once(client.socket, 'message')
}

test(`disconnect({ user }) closes that user's sockets on the other node within ${WITHIN_MS} ms and nobody else's`, async () => {
  const { near, far } = await startCluster()
  const own = await Promise.all([far.connect('ana'), far.join('ana', 'chat:a'), inBoth(far, 'ana'), near.connect('ana')])
  const bo = await inBoth(far, 'bo')
  const began = ownTime()
  await near.app.rooms.disconnect({ user: 'ana' })
  const times = await Promise.all(own.map((client) => since(began, client.closed)))
  process.stdout.write(`disconnect of 4 connections, 3 of them on the other node: the last closed after ${longest(times)} ms (bound ${WITHIN_MS})\n`)
  expect(longest(times)).toBeLessThanOrEqual(WITHIN_MS)
  for (const client of own) expect(await client.closed).toMatchObject({ code: 4010 })
  await bo.settled()
  expect(bo.ofType('bye')).toEqual([])
}, 60_000)

test(`recheck removes a user from one room on the other node within ${WITHIN_MS} ms and leaves their other room and everybody else alone`, async () => {
  const { near, far, banned } = await startCluster()
  const [ana, bo] = [await inBoth(far, 'ana'), await inBoth(far, 'bo')]
  banned.add('ana')
  const began = ownTime()
  await near.app.rooms.recheck('ana')
  const ms = await since(began, ana.next('left'))
  process.stdout.write(`recheck on the other node: removed after ${Math.round(ms)} ms (bound ${WITHIN_MS})\n`)
  expect(ms).toBeLessThanOrEqual(WITHIN_MS)
  expect(ana.ofType('left')).toEqual([{ type: 'left', room: 'chat:a', code: 4003, reason: expect.any(String) as string, retry: 'never' }])
  expect(await ana.publish('message', { text: 'still here' }, { room: 'chat:b' })).toMatchObject({ type: 'ack' })
  await bo.next('event', ({ room }) => room === 'chat:b')
  expect(await bo.publish('message', { text: 'me too' }, { room: 'chat:a' })).toMatchObject({ type: 'ack' })
  expect([bo.ofType('left'), bo.ofType('bye'), ana.ofType('bye')]).toEqual([[], [], []])
}, 60_000)

test(`neither is lost while the other node's subscriber connection is cut, ${CUTS} times over`, async () => {
  const { near, far, proxy, banned } = await startCluster()
  const times: { recheck: number[]; disconnect: number[] } = { recheck: [], disconnect: [] }
  for (let n = 0; n < CUTS; n++) {
    const [removed, ended] = [await inBoth(far, `removed-${n}`), await inBoth(far, `ended-${n}`)]
    banned.add(`removed-${n}`)
    const began = ownTime()
    if (n % 2 === 0) proxy.cut(subscribers)
    const sent = [near.app.rooms.recheck(`removed-${n}`), near.app.rooms.disconnect({ user: `ended-${n}` })]
    if (n % 2 === 1) proxy.cut(subscribers)
    await Promise.all(sent)
    const [recheck, disconnect] = await Promise.all([since(began, leftRoom(removed, 'chat:a')), since(began, ended.closed)])
    times.recheck.push(recheck)
    times.disconnect.push(disconnect)
    expect(removed.ofType('left').map(({ room }) => room)).toEqual(['chat:a'])
    removed.socket.terminate()
  }
  process.stdout.write(`cut ${CUTS} times as it was sent: recheck acted after at most ${longest(times.recheck)} ms, disconnect after at most ${longest(times.disconnect)} ms (bound ${WITHIN_MS})\n`)
  expect(longest([...times.recheck, ...times.disconnect])).toBeLessThanOrEqual(WITHIN_MS)
}, 120_000)

test(`what was asked while the other node was cut off is done within ${WITHIN_MS} ms of its return`, async () => {
  const { near, far, proxy, banned } = await startCluster()
  const [removed, ended, bo] = [await inBoth(far, 'removed'), await inBoth(far, 'ended'), await inBoth(far, 'bo')]
  proxy.refuse()
  await removed.next('live', ({ on }) => !on)
  banned.add('removed')
  await near.app.rooms.recheck('removed')
  await near.app.rooms.disconnect({ user: 'ended' })
  // One turn more of the other node, which hears nothing.
  await removed.settled()
  expect([removed.ofType('left'), ended.ofType('bye')]).toEqual([[], []])
  const healedAt = ownTime()
  proxy.heal()
  const times = await Promise.all([since(healedAt, leftRoom(removed, 'chat:a')), since(healedAt, ended.closed)])
  process.stdout.write(`asked while a node was cut off: done ${longest(times)} ms after its link was whole (bound ${WITHIN_MS})\n`)
  expect(longest(times)).toBeLessThanOrEqual(WITHIN_MS)
  await bo.settled()
  expect([bo.ofType('left'), bo.ofType('bye')]).toEqual([[], []])
}, 60_000)

test('a node that cannot read what it missed asks about everybody again', async () => {
  const { near, far, proxy, banned } = await startCluster()
  const [removed, bo] = [await inBoth(far, 'removed'), await inBoth(far, 'bo')]
  proxy.refuse()
  await removed.next('live', ({ on }) => !on)
  banned.add('removed')
  await near.app.rooms.recheck('removed')
  // More than the stream of control messages keeps.
  for (let n = 0; n < 1_100; n += 100) await Promise.all(Array.from({ length: 100 }, () => near.app.rooms.recheck('nobody')))
  proxy.heal()
  await leftRoom(removed, 'chat:a')
  await bo.settled()
  expect([bo.ofType('left'), bo.ofType('bye')]).toEqual([[], []])
}, 60_000)
