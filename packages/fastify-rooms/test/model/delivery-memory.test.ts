import { test } from 'vitest'
import { FULL } from '../faults/scale.js'
import { CARRIERS, choose } from '../support/carriers.js'
import { MemoryCluster } from './memory-world.js'
import { MODEL_MS, SEED, whateverHappens } from './world-commands.js'

const RUNS = FULL ? 1_000 : 60

for (const carrier of CARRIERS)
  test(`whatever happens, each client over ${carrier} applies a gap-free, duplicate-free part of the room's log, or is told (memory, ${RUNS} sequences, seed ${SEED})`, async () => {
    const cluster = new MemoryCluster()
    await whateverHappens(RUNS, (seed) => cluster.world(seed, choose(carrier, seed)))
  }, MODEL_MS)
