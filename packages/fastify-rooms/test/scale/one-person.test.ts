import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import { startRedis } from '../faults/redis-server.js'
import { startNode } from '../redis/two-nodes.js'
import type { RawClient } from '../support/raw-client.js'
import type { TestServer } from '../support/test-server.js'
import { FULL } from './node-process.js'

vi.mock('../../src/in-time.js', () => import('../support/patient-in-time.js'))

const LEASES = FULL ? { leaseMs: 25_000, renewMs: 8_000 } : { leaseMs: 10_000, renewMs: 500 }
/** A machine that stalls in the middle of a reload takes away from it. */
const RELOAD_GRACE_MS = FULL ? 5_000 : 4_000
const GRACE_MS = FULL ? 5_000 : 500
const RELOADS = FULL ? 40 : 8

/** Two nodes on one Redis, and somebody on each who watches. */
async function watchedNodes(graceMs: number): Promise<{ nodes: readonly [TestServer, TestServer]; watchers: readonly RawClient[] }> {
  const redis = await startRedis()
  const presence = { ...LEASES, graceMs }
  const nodes = [await startNode(redis, { presence }), await startNode(redis, { presence })] as const
  const watchers = [await nodes[0].join('bo', 'lobby'), await nodes[1].join('cy', 'lobby')]
  return { nodes, watchers }
}

const told = (watcher: RawClient, what: 'left' | 'joined', user: string): number =>
  watcher.ofType('presence').flatMap((frame) => (what === 'left' ? frame.left : frame.joined.map((member) => member.user))).filter((each) => each === user).length

/** Waits as long as the test may take: a grace is longer than other waits. */
async function until(watcher: RawClient, done: () => boolean): Promise<void> {
  while (!done()) await once(watcher.socket, 'message')
}

const isGone = (watcher: RawClient): Promise<void> => until(watcher, () => told(watcher, 'left', 'ana') > 0)
const shows = (watcher: RawClient, connections: number): Promise<void> =>
  until(watcher, () => watcher.ofType('presence').some(({ joined, changed }) => [...joined, ...changed].some((member) => member.user === 'ana' && member.connections === connections)))

test(`over Redis: ${RELOADS} reloads, each landing on the other node, are one joined and one left`, async () => {
  const { nodes, watchers } = await watchedNodes(RELOAD_GRACE_MS)
  let page = await nodes[0].join('ana', 'lobby')
  let longestMs = 0
  for (let n = 1; n <= RELOADS; n++) {
    const before = performance.now()
    if (n % 2 === 0) page.socket.terminate()
    else page.socket.close(1001)
    await page.closed
    page = await nodes[n % 2]!.join('ana', 'lobby')
    longestMs = Math.max(longestMs, performance.now() - before)
  }
  page.socket.close(1001)
  await Promise.all(watchers.map(isGone))
  process.stdout.write(`reloads over two nodes: ${RELOADS}, the slowest away for ${Math.round(longestMs)} ms of a grace of ${RELOAD_GRACE_MS} ms\n`)
  expect(longestMs).toBeLessThan(RELOAD_GRACE_MS)
  expect(watchers.map((watcher) => [told(watcher, 'joined', 'ana'), told(watcher, 'left', 'ana')])).toEqual([[1, 1], [1, 1]])
}, 60_000)

test('over Redis: two tabs on two nodes are one joined, and one left when both are closed', async () => {
  const { nodes, watchers } = await watchedNodes(GRACE_MS)
  const tabs = [await nodes[0].join('ana', 'lobby'), await nodes[1].join('ana', 'lobby')]
  await Promise.all(watchers.map((watcher) => shows(watcher, 2)))
  tabs[1]!.socket.close()
  await Promise.all(watchers.map((watcher) => until(watcher, () => watcher.ofType('presence').at(-1)!.changed.some((member) => member.connections === 1))))
  tabs[0]!.socket.close()
  await Promise.all(watchers.map(isGone))
  expect(watchers.map((watcher) => [told(watcher, 'joined', 'ana'), told(watcher, 'left', 'ana'), watcher.ofType('presence').at(-1)!.size])).toEqual([[1, 1, 2], [1, 1, 2]])
}, 60_000)
