import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { parsePosition } from 'rooms-protocol'
import { expect, test } from 'vitest'
import { READ } from '../../src/redis/stream-scripts.js'
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

/** Counts the reads of each room's history, all together, from now on. */
async function watchReads(redis: Redis): Promise<() => Promise<readonly number[]>> {
  const monitor = await redis.monitor()
  const [sha, reads] = [createHash('sha1').update(READ.lua).digest('hex'), new Map(ROOMS.map((room) => [room, 0]))]
  monitor.on('monitor', (_time: string, [command, script, , meta]: string[]) => {
    if (command!.toLowerCase() !== 'evalsha' || script !== sha) return
    for (const room of ROOMS) if (meta!.includes(`{${room}}`)) reads.set(room, reads.get(room)! + 1)
  })
  return async () => {
    // What was asked before is heard before this.
    await redis.ping()
    return [...reads.values()]
  }
}

test(`${CLIENTS.toLocaleString('en')} clients of two nodes dropped at once are all back within ${WITHIN_MS / 1_000} s and miss nothing, at the cost of at most one read of the history per room and node`, async () => {
  const redis = await startRedis()
  const nodes = [await NodeProcess.start({ redisPort: redis.port, options: OPTIONS }), await NodeProcess.start({ redisPort: redis.port, options: OPTIONS })]
  const sender = await startNode(redis, OPTIONS)
  const reads = await watchReads(redis.client())
  const clients = await ReturningClients.join(nodes, ROOMS, CLIENTS)
  await clients.drop()
  const offsets: Record<string, number> = {}
  for (const room of ROOMS) for (let n = 1; n <= MISSED; n++) {
    const { position } = await eventually(() => sender.app.rooms.send(room, 'tick', n, { id: `n-${n}` }))
    offsets[room] = parsePosition(position)!.offset
  }
  const before = await reads()
  const { medianMs, p95Ms, lastMs, ...counted } = await clients.comeBack(offsets)
  const after = await reads()
  const costs = after.map((count, i) => count - before[i]!)
  process.stdout.write(`${CLIENTS} clients dropped at once: back with all ${MISSED} events of their room after ${Math.round(medianMs)} ms (median), ${Math.round(p95Ms)} ms (95 of 100), ${Math.round(lastMs)} ms (all; bound ${WITHIN_MS}); reads of the history by room on ${nodes.length} nodes: ${costs.join(', ')}, and ${before.join(', ')} before\n`)
  expect(counted).toEqual({ missing: 0, repeated: 0, resets: 0, goodbyes: [] })
  // Each node read when its first client came.
  expect(Math.min(...before)).toBeGreaterThanOrEqual(nodes.length)
  expect(Math.max(...costs)).toBeLessThanOrEqual(nodes.length)
  expect(lastMs).toBeLessThan(WITHIN_MS)
}, 180_000)
