import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryCluster } from './memory-world.js'
import { happen, happenings } from './world-commands.js'

const RUNS = 300
/** Take the seed of a failed run to see it again. */
const SEED = Number(process.env['ROOMS_MODEL_SEED'] ?? Date.now() % 2 ** 31)

test(`whatever happens, each client applies a gap-free, duplicate-free part of the room's log, or is told (memory, ${RUNS} sequences, seed ${SEED})`, async () => {
  const cluster = new MemoryCluster()
  let sequences = 0
  await fc.assert(fc.asyncProperty(fc.integer(), happenings, async (seed, sequence) => {
    sequences++
    await happen(await cluster.world(seed), sequence)
  }), { seed: SEED, numRuns: RUNS })
  expect(sequences).toBeGreaterThanOrEqual(RUNS)
}, 120_000)
