import fc from 'fast-check'
import { expect, test } from 'vitest'
import { startRedis } from '../faults/redis-server.js'
import { RedisNodes } from './redis-world.js'
import { happen, happenings } from './world-commands.js'

const RUNS = 30
/** Take the seed of a failed run to see it again. */
const SEED = Number(process.env['ROOMS_MODEL_SEED'] ?? Date.now() % 2 ** 31)

test(`whatever happens, each client applies a gap-free, duplicate-free part of the room's log, or is told (Redis, ${RUNS} sequences, seed ${SEED})`, async () => {
  const nodes = new RedisNodes(await startRedis())
  let sequences = 0
  await fc.assert(fc.asyncProperty(happenings, async (sequence) => {
    sequences++
    await happen(await nodes.world(), sequence)
  }), { seed: SEED, numRuns: RUNS })
  await nodes.close()
  expect(sequences).toBeGreaterThanOrEqual(RUNS)
}, 120_000)
