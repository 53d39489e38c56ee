import { answer, ask, end, residentBytes, start } from '../child-process.mjs'
import { attribute } from './attribution.mjs'
import { inTurns } from '../in-turns.mjs'
import { peers } from '../peers/peers.mjs'

const KIB = 1_024
/** A first crowd comes so that what a server allocates once, and compiles, is not counted for each connection. */
const WARM_UP = 300
/** Rooms of 100: as many people as look at one thing, and presence news do not drown the joins. */
const ROOM_SIZE = 100

/** As many as a snapshot is read for in seconds. */
const SNAPSHOT_CONNECTIONS = 1_000
const ATTRIBUTED = ['rooms', 'fastify-websocket', 'socket-io']

/** What an idle connection that is a member of a room keeps in RAM. */
export const memory = {
  name: 'memory',
  title: 'Memory per idle member',
  async run({ scale, rounds, flags }) {
    const rows = await inTurns(['rooms', 'fastify-websocket', 'socket-io', 'ws-loop', 'bun'], rounds, (peer) => measure(peer, scale.idle, flags(peer)))
    const counted = Math.min(SNAPSHOT_CONNECTIONS, scale.idle)
    return {
      load: `${scale.idle} connections, each a member of one room of ${Math.min(ROOM_SIZE, scale.idle)}, idle, after a full garbage collection; resident memory of the server's process above what it was with ${WARM_UP} members. Beside it, what an operator sees who asks for no collection: from the empty server to all members`,
      columns: [
        { key: 'rssKib', title: 'resident KiB', digits: 1, spread: true },
        { key: 'uncollectedKib', title: 'from an empty server on, uncollected', digits: 1 },
        { key: 'heapKib', title: 'of it JavaScript heap', digits: 1 },
        { key: 'outsideKib', title: 'outside the heap', digits: 1 },
        { key: 'joins', title: 'joins/s', digits: 0 },
      ],
      rows,
      more: [
        {
          title: `Where the heap of a connection goes, in KiB: the difference of two heap snapshots with ${counted} connections between them; what has no class of its own belongs to what holds it`,
          columns: ATTRIBUTED.map((peer) => ({ key: peer, title: peers[peer].name, digits: 2 })),
          rows: await partRows(counted),
        },
      ],
    }
  },
  targets: [
    { peer: 'fastify-websocket', metric: 'rssKib', atMostAbove: 8, what: 'KiB above a bare @fastify/websocket connection' },
    { peer: 'socket-io', metric: 'rssKib', atMost: 0.6, what: "of Socket.IO's" },
  ],
}

/** @param {readonly string[]} flags the runtime's */
export async function measure(key, connections, flags = []) {
  return serve(key, flags, async (server, come) => {
    const empty = residentBytes(server)
    await come(WARM_UP, 'warm')
    const before = await settled(server)
    const { joinMs } = await come(connections, 'idle')
    const uncollected = residentBytes(server)
    const after = await settled(server)
    const each = (field) => (after[field] - before[field]) / connections / KIB
    return { rssKib: each('rss'), uncollectedKib: (uncollected - empty) / (WARM_UP + connections) / KIB, heapKib: each('heapUsed'), outsideKib: each('rss') - each('heapUsed'), joins: connections / (joinMs / 1_000) }
  })
}

/** The heap of a connection by what holds it. */
export async function measureParts(key, connections) {
  return serve(key, [], async (server, come) => {
    await come(WARM_UP, 'warm')
    return attribute((path) => ask(server, { type: 'snapshot', path }), () => come(connections, 'idle'), connections)
  })
}

async function partRows(connections) {
  const parts = {}
  for (const peer of ATTRIBUTED) parts[peer] = await measureParts(peer, connections)
  const sum = (peer) => Object.values(parts[peer]).reduce((all, each) => all + each, 0)
  const row = (name, of) => ({ peer: name, name, rounds: [Object.fromEntries(ATTRIBUTED.map((peer) => [peer, of(peer)]))] })
  return [...Object.keys(parts.rooms).map((part) => row(part, (peer) => parts[peer][part])), row('in all', sum)]
}

async function serve(key, flags, work) {
  const { script, runtime, setup } = peers[key]
  const server = start(script, 0, { ...setup, rooms: [] }, key === 'bun' ? flags : ['--expose-gc', ...flags], runtime)
  const crowds = []
  try {
    const { port } = await answer(server, 'listening')
    return await work(server, async (count, name) => {
      const groups = Array.from({ length: Math.ceil(count / ROOM_SIZE) }, (_, n) => ({ room: `chat:${name}-${n}`, count: Math.min(ROOM_SIZE, count - n * ROOM_SIZE) }))
      const crowd = start(new URL('../load/idle-generator.mjs', import.meta.url), 1, { peer: key, port, groups })
      crowds.push(crowd)
      return answer(crowd, 'ready')
    })
  } finally {
    for (const crowd of crowds) await end(crowd)
    await end(server)
  }
}

async function settled(server) {
  const { memory: { heapUsed } } = await ask(server, { type: 'collect' })
  return { rss: residentBytes(server), heapUsed }
}
