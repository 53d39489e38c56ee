import { test, vi } from 'vitest'
import { startRedis } from '../faults/redis-server.js'
import { FULL } from '../faults/scale.js'
import { CARRIERS, choose } from '../support/carriers.js'
import { RedisNodes } from './redis-world.js'
import { MODEL_MS, SEED, whateverHappens } from './world-commands.js'

vi.mock('../../src/in-time.js', () => import('../support/patient-in-time.js'))

const RUNS = FULL ? 100 : 10

for (const carrier of CARRIERS)
  test(`whatever happens, each client over ${carrier} applies a gap-free, duplicate-free part of the room's log, or is told (Redis, ${RUNS} sequences, seed ${SEED})`, async () => {
    const nodes = new RedisNodes(await startRedis())
    await whateverHappens(RUNS, (seed) => nodes.world(choose(carrier, seed)))
    await nodes.close()
  }, MODEL_MS)
