import { availableParallelism } from 'node:os'
import { inTurns } from '../in-turns.mjs'
import { commandsPerEvent, jsonPerEvent } from './per-event.mjs'
import { measure } from './measure.mjs'
import { startRedis } from './redis-server.mjs'

const EVENTS_PER_TICK = 20
const LONE_MS = 2_000
// With two cores node B, which does most of the work, has one to itself.
const cores = availableParallelism() >= 4 ? { receiver: 0, generator: 1, sender: 2, redis: 3 } : { receiver: 0, generator: 1, sender: 1, redis: 1 }
const nodes = { rooms: new URL('rooms-node.mjs', import.meta.url), 'socket-io': new URL('socket-io-node.mjs', import.meta.url) }

/** Node A sends, every member is connected to node B, one Redis between them. */
export const crossNode = {
  name: 'cross-node',
  title: 'Fan-out across nodes through Redis',
  async run({ scale, rounds, flags }) {
    const redis = await startRedis(cores.redis)
    const connections = scale.crossMembers
    try {
      const rows = await inTurns(Object.keys(nodes), rounds, (peer) => {
        const profile = flags(peer)
        return measure({ name: peer, peer, node: nodes[peer], connections, eventsPerTick: EVENTS_PER_TICK, ms: scale.roundMs, loneMs: LONE_MS, redis, cores, flags: { sender: profile, receiver: profile } })
      }, { 'socket-io': 'Socket.IO, Redis adapter' })
      return {
        load: `${connections} members on node B, ${EVENTS_PER_TICK} events of 200 bytes a tick sent by node A, rounds of ${scale.roundMs / 1_000} s; node B on core ${cores.receiver}, node A, Redis and generator on core ${cores.sender === cores.generator ? cores.generator : 'others'}`,
        columns: [
          { key: 'rate', title: 'deliveries/s', digits: 0, spread: true },
          { key: 'cpuUs', title: 'CPU µs/delivery, both nodes', digits: 2, spread: true },
          { key: 'framesPerTick', title: 'frames/tick', digits: 1 },
        ],
        rows,
        more: [
          {
            title: 'A lone event, 50 a second, from the call on node A to its arrival at members of node B (ms), and a bare PING of Redis from node A in between',
            columns: [['firstP50', 'first member p50'], ['firstP99', 'p99'], ['everyP50', 'all members p50'], ['everyP99', 'p99'], ['pingP50', 'PING p50']].map(([key, title]) => ({ key, title, digits: 2 })),
            rows,
          },
          {
            title: 'What each took of a core meanwhile, in %',
            columns: [['busyA', 'node A'], ['busyB', 'node B'], ['busyRedis', 'Redis'], ['busyGenerator', 'generator'], ['busyOthers', 'others']].map(([key, title]) => ({ key, title, digits: 0 })),
            rows,
          },
        ],
        notes: rows.flatMap(({ peer, name, rounds: done }) => [`${name}: Redis commands per event: ${commandsPerEvent(done, peer === 'rooms')}`, `${name}: on node B ${jsonPerEvent(done)}`]),
      }
    } finally {
      redis.client.disconnect()
      redis.stop()
    }
  },
  targets: [{ peer: 'socket-io', metric: 'cpuUs', atLeast: 14, what: "times Socket.IO's Redis adapter, in CPU per delivery" }],
}
