import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FULL } from '../faults/scale.js'
import { MemoryCluster } from './memory-world.js'
import { CARRIERS, choose } from '../support/carriers.js'
import { happen, happenings } from './world-commands.js'

const RUNS = FULL ? 1_000 : 60
/** Take the seed of a failed run to see it again. */
const SEED = Number(process.env['ROOMS_MODEL_SEED'] ?? Date.now() % 2 ** 31)

for (const carrier of CARRIERS)
  test(`whatever happens, each client over ${carrier} applies a gap-free, duplicate-free part of the room's log, or is told (memory, ${RUNS} sequences, seed ${SEED})`, async () => {
    const cluster = new MemoryCluster()
    let sequences = 0
    await fc.assert(fc.asyncProperty(fc.integer(), happenings, async (seed, sequence) => {
      sequences++
      await happen(await cluster.world(seed, choose(carrier, seed)), sequence)
    }), { seed: SEED, numRuns: RUNS })
    expect(sequences).toBeGreaterThanOrEqual(RUNS)
  }, FULL ? 900_000 : 120_000)
