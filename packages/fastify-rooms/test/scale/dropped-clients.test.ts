import type { Redis } from 'ioredis'
import { parsePosition } from 'rooms-protocol'
import { expect, test } from 'vitest'
import { fate, figure, seconds } from '../faults/figure.js'
import { startRedis } from '../faults/redis-server.js'
import { startNode } from '../redis/two-nodes.js'
import { eventually } from '../support/eventually.js'
import { FULL, NodeProcess } from './node-process.js'
import { ReturningClients } from './returning-clients.js'

const CLIENTS = FULL ? 2_000 : 200
const ROOMS = ['chat:a', 'chat:b', 'chat:c', 'chat:d']
const MISSED = 20
const WITHIN_MS = 30_000
const OPTIONS = { history: { size: 1_000 }, limits: { connectionsPerIp: CLIENTS } }

/** Counts the reads of a room's history, by room and by the connection of the node that read; each call tells what came since the one before. */
async function watchReads(redis: Redis): Promise<() => Promise<readonly number[]>> {
  const monitor = await redis.monitor()
  let reads = new Map<string, number>()
  monitor.on('monitor', (_time: string, [command, , , meta, , , , limit, from]: string[], reader: string) => {
    // Where the stream stands is asked with a limit of 0.
    if (!/^eval/i.test(command!) || (from !== 'since' && from !== 'last') || limit === '0') return
    for (const room of ROOMS) if (meta!.includes(`{${room}}`)) reads.set(`${reader} ${room}`, (reads.get(`${reader} ${room}`) ?? 0) + 1)
  })
  return async () => {
    // What was asked before is heard before this.
    await redis.ping()
    const counts = [...reads.values()]
    reads = new Map()
    return counts
  }
}

test(`${CLIENTS.toLocaleString('en')} clients of two nodes dropped at once are all back within ${WITHIN_MS / 1_000} s and miss nothing, at the cost of at most one read of the history per room and node`, async () => {
  const redis = await startRedis()
  // Nobody is on the third before: half of them come back to a node that holds nothing of their rooms.
  const nodes = await Promise.all([0, 1, 2].map(() => NodeProcess.start({ redisPort: redis.port, options: OPTIONS })))
  const sender = await startNode(redis, OPTIONS)
  const reads = await watchReads(redis.client())
  const clients = await ReturningClients.join(nodes, ROOMS, CLIENTS, 2)
  await clients.drop()
  const offsets: Record<string, number> = {}
  for (const room of ROOMS) for (let n = 1; n <= MISSED; n++) {
    const { position } = await eventually(() => sender.app.rooms.send(room, 'tick', n, { id: `n-${n}` }))
    offsets[room] = parsePosition(position)!.offset
  }
  await reads()
  const { medianMs, p95Ms, lastMs, ...counted } = await clients.comeBack(offsets, [0, 2])
  const costs = await reads()
  figure('2,000 clients dropped at once', 'all are back', `${seconds(lastMs)}, the median ${seconds(medianMs)}, 95 of 100 ${seconds(p95Ms)} (${CLIENTS} clients, ${MISSED} events missed each)`)
  figure('2,000 clients dropped at once', 'reads of the history per room and node', `${Math.max(0, ...costs)} at most (${costs.length} in all, of ${ROOMS.length} rooms on a node that held them and one that did not)`)
  figure('2,000 clients dropped at once', 'events', fate({ lost: counted.missing, duplicated: counted.repeated, outOfOrder: 0, resets: counted.resets }))
  expect(counted).toEqual({ missing: 0, repeated: 0, resets: 0, goodbyes: [] })
  // The node that held nothing had to read each room.
  expect(costs.length).toBeGreaterThanOrEqual(ROOMS.length)
  expect(Math.max(...costs)).toBeLessThanOrEqual(1)
  expect(lastMs).toBeLessThan(WITHIN_MS)
}, 180_000)
