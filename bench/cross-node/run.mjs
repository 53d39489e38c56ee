// Fan-out across nodes: node A sends, every member is connected to node B, one Redis between them. fastify-rooms with
// its Redis broker against Socket.IO with its Redis adapter, in turns.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { pinning } from '../child-process.mjs'
import { median } from '../statistics.mjs'
import { measure } from './measure.mjs'
import { startRedis } from './redis-server.mjs'
import { report, thousands } from './report.mjs'

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '200' },
    events: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2' },
    'lone-seconds': { type: 'string', default: '2' },
    'at-least': { type: 'string', default: '0' },
    // A folder for CPU profiles of both nodes.
    profile: { type: 'string' },
  },
})
const connections = Number(values.connections)
const eventsPerTick = Number(values.events)
const rounds = Number(values.rounds)
const ms = Number(values.seconds) * 1_000
const loneMs = Number(values['lone-seconds']) * 1_000

// With two cores node B, which does most of the work, has one to itself.
const cores = availableParallelism() >= 4 ? { receiver: 0, generator: 1, sender: 2, redis: 3 } : { receiver: 0, generator: 1, sender: 1, redis: 1 }
const peers = [
  { name: 'fastify-rooms', node: new URL('rooms-node.mjs', import.meta.url), path: '/ws/chat:bench', scripted: true, rounds: [] },
  { name: 'Socket.IO', node: new URL('socket-io-node.mjs', import.meta.url), path: '/socket.io/?EIO=4&transport=websocket', hello: '40', scripted: false, rounds: [] },
]

const redis = await startRedis(cores.redis)
console.log(`${connections} members on node B, ${eventsPerTick} events a tick sent by node A, ${rounds} rounds of ${ms / 1000} s each, in turns`)
console.log('fastify-rooms: tokens, contract, presence, history, offsets and idempotency on; Socket.IO 4.8 with @socket.io/redis-adapter: none of these')
console.log(pinning ? `cores: node B ${cores.receiver}, load generator ${cores.generator}, node A ${cores.sender}, redis ${cores.redis}\n` : 'processes not pinned to cores (no taskset, or one core)\n')

for (let round = 1; round <= rounds; round++) {
  for (const peer of peers) {
    const result = await measure({ ...peer, connections, eventsPerTick, ms, loneMs, redis, cores, flags: flagsOf(peer) })
    peer.rounds.push(result)
    console.log(`round ${round}  ${peer.name.padEnd(14)} ${thousands(result.rate).padStart(10)} deliveries/s`)
  }
}

console.log(report(peers, connections))
const [ours, theirs] = peers.map((peer) => median(peer.rounds.map(({ rate }) => rate)))
console.log(`\nfastify-rooms delivers ${(ours / theirs).toFixed(1)} times what Socket.IO delivers`)
if (ours / theirs < Number(values['at-least'])) {
  console.error(`that is less than ${values['at-least']} times`)
  process.exitCode = 1
}
redis.client.disconnect()
redis.stop()

function flagsOf({ name }) {
  if (values.profile === undefined) return {}
  const flags = (node) => ['--cpu-prof', `--cpu-prof-dir=${values.profile}/${name}-${node}`]
  return { sender: flags('A'), receiver: flags('B') }
}
