import { parsePosition } from 'rooms-protocol'
import { expect, test } from 'vitest'
import { fate, figure, seconds } from '../faults/figure.js'
import { startRedis } from '../faults/redis-server.js'
import { startNode } from '../redis/two-nodes.js'
import { eventually } from '../support/eventually.js'
import { stopwatch } from '../faults/stopwatch.js'
import { FULL, NodeProcess } from './node-process.js'
import { ReturningClients } from './returning-clients.js'

const CLIENTS = FULL ? 1_000 : 200
const ROOM = 'chat:deploy'
const EVENTS = 50
const DRAIN_MS = FULL ? 15_000 : 2_000
const EXIT_MS = 15_000
const OPTIONS = { history: { size: 1_000 }, drainMs: DRAIN_MS, limits: { connectionsPerIp: CLIENTS } }

test(`a node told to stop (SIGTERM) says bye 4200 to each of its clients with a time of its own, its process ends by itself within ${EXIT_MS / 1_000} s, and they miss nothing and leave no room`, async () => {
  const redis = await startRedis()
  const nodes = [await NodeProcess.start({ redisPort: redis.port, options: OPTIONS }), await NodeProcess.start({ redisPort: redis.port, options: OPTIONS })] as const
  const sender = await startNode(redis, OPTIONS)
  const witness = await sender.join('witness', ROOM)
  const clients = await ReturningClients.join(nodes, [ROOM], CLIENTS)
  const send = async (n: number): Promise<number> => parsePosition((await eventually(() => sender.app.rooms.send(ROOM, 'tick', n, { id: `n-${n}` }))).position)!.offset
  await send(0)
  const exitMs = stopwatch()
  const exited = nodes[0].terminate().then((code) => ({ code, ms: exitMs() }))
  let offset = 0
  for (let n = 1; n <= EVENTS; n++) offset = await send(n)
  const { goodbyes, lastMs, ...counted } = await clients.reach({ [ROOM]: offset })
  const { code, ms } = await exited
  figure('a node told to stop (SIGTERM)', 'goodbyes', `${goodbyes.length} of ${CLIENTS / 2}, ${new Set(goodbyes).size} different times from ${Math.min(...goodbyes)} to ${Math.max(...goodbyes)} ms`)
  figure('a node told to stop (SIGTERM)', 'the process is gone', `${seconds(ms)}, exit code ${String(code)}`)
  figure('a node told to stop (SIGTERM)', 'events', `${fate({ lost: counted.missing, duplicated: counted.repeated, outOfOrder: 0, resets: counted.resets })}; everybody up to date ${seconds(lastMs)} after the last event`)
  expect(code).toBe(0)
  expect(ms).toBeLessThan(EXIT_MS)
  expect(goodbyes).toHaveLength(CLIENTS / 2)
  expect(Math.max(...goodbyes)).toBeLessThanOrEqual(DRAIN_MS)
  expect(new Set(goodbyes).size).toBeGreaterThan(CLIENTS / 10)
  expect(counted).toMatchObject({ missing: 0, repeated: 0, resets: 0 })
  expect(witness.ofType('presence').flatMap(({ left }) => left)).toEqual([])
}, 120_000)
