import { answer, ask, end, residentBytes, start } from '../child-process.mjs'
import { inTurns } from '../in-turns.mjs'
import { peers } from '../peers/peers.mjs'

const KIB = 1_024
/** A first crowd comes so that what a server allocates once, and compiles, is not counted for each connection. */
const WARM_UP = 300
/** Rooms of 100: as many people as look at one thing, and presence news do not drown the joins. */
const ROOM_SIZE = 100

/** What an idle connection that is a member of a room keeps in RAM. */
export const memory = {
  name: 'memory',
  title: 'Memory per idle member',
  async run({ scale, rounds, flags }) {
    return {
      load: `${scale.idle} connections, each a member of one room of ${Math.min(ROOM_SIZE, scale.idle)}, idle, after a full garbage collection; resident memory of the server's process above what it was with ${WARM_UP} members`,
      columns: [
        { key: 'rssKib', title: 'resident KiB', digits: 1, spread: true },
        { key: 'uncollectedKib', title: 'before the collection', digits: 1 },
        { key: 'heapKib', title: 'of it JavaScript heap', digits: 1 },
        { key: 'outsideKib', title: 'outside the heap', digits: 1 },
        { key: 'joins', title: 'joins/s', digits: 0 },
      ],
      rows: await inTurns(['rooms', 'fastify-websocket', 'socket-io', 'ws-loop', 'bun'], rounds, (peer) => measure(peer, scale.idle, flags(peer))),
    }
  },
  targets: [
    { peer: 'fastify-websocket', metric: 'rssKib', atMostAbove: 8, what: 'KiB above a bare @fastify/websocket connection' },
    { peer: 'socket-io', metric: 'rssKib', atMost: 0.6, what: "of Socket.IO's" },
  ],
}

/** @param {readonly string[]} flags the runtime's */
export async function measure(key, connections, flags = []) {
  const { script, runtime } = peers[key]
  const server = start(script, 0, { rooms: [] }, key === 'bun' ? flags : ['--expose-gc', ...flags], runtime)
  const crowds = []
  try {
    const { port } = await answer(server, 'listening')
    const come = async (count, name) => {
      const groups = Array.from({ length: Math.ceil(count / ROOM_SIZE) }, (_, n) => ({ room: `chat:${name}-${n}`, count: Math.min(ROOM_SIZE, count - n * ROOM_SIZE) }))
      const crowd = start(new URL('../load/idle-generator.mjs', import.meta.url), 1, { peer: key, port, groups })
      crowds.push(crowd)
      return answer(crowd, 'ready')
    }
    await come(WARM_UP, 'warm')
    const before = await settled(server)
    const { joinMs } = await come(connections, 'idle')
    const uncollected = residentBytes(server)
    const after = await settled(server)
    const each = (field) => (after[field] - before[field]) / connections / KIB
    return { rssKib: each('rss'), uncollectedKib: (uncollected - before.rss) / connections / KIB, heapKib: each('heapUsed'), outsideKib: each('rss') - each('heapUsed'), joins: connections / (joinMs / 1_000) }
  } finally {
    for (const crowd of crowds) await end(crowd)
    await end(server)
  }
}

async function settled(server) {
  const { memory: { heapUsed } } = await ask(server, { type: 'collect' })
  return { rss: residentBytes(server), heapUsed }
}
