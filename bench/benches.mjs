import { client } from './client/bench.mjs'
import { crossNode } from './cross-node/bench.mjs'
import { burst, eventStreams, single } from './fan-out/benches.mjs'
import { growth } from './growth/bench.mjs'
import { herd } from './herd/bench.mjs'
import { latency } from './latency/bench.mjs'
import { memory } from './memory/bench.mjs'
import { publish } from './publish/bench.mjs'

/** In the order in which the report shows them. */
export const benches = [burst, single, eventStreams, crossNode, latency, memory, publish, herd, growth, client]
