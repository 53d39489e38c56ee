import { answer, ask, end, letGo, start } from '../child-process.mjs'
import { inTurns } from '../in-turns.mjs'
import { peers } from '../peers/peers.mjs'

const CLIENTS = 100
const WINDOW = 8
const ROOM_SIZE = 10
const WARM_UP_MS = 1_000
const columns = [
  { key: 'rate', title: 'publishes/s', digits: 0 },
  { key: 'cpuUs', title: 'CPU µs/publish', digits: 2, spread: true },
]

/** Clients that say something and are told that it was taken. */
export const publish = {
  name: 'publish',
  title: 'Publish with validation and ack',
  async run({ scale, rounds, flags }) {
    const of = (kind, roomSize, { among = ['rooms', 'socket-io'], apart = false } = {}) => inTurns(among, rounds, (peer) => measure(peer, { kind, roomSize, apart }, scale.roundMs, flags(peer)))
    return {
      load: `${CLIENTS} clients, each with ${WINDOW} publishes on their way, each with an id of its own; what is said in one go leaves as the peer's own client sends it, ours in one message, Socket.IO's in one each; the server validates with Zod and answers each; rounds of ${scale.roundMs / 1_000} s. First in rooms of ${ROOM_SIZE}, all of whom receive what is published`,
      columns,
      rows: await of('message', ROOM_SIZE),
      more: [
        { title: 'The same in rooms of one: only the publisher hears it', columns, rows: await of('message', 1) },
        { title: "A command, which application code carries out: its result is the answer, and nobody else hears of it", columns, rows: await of('order', 1) },
        { title: 'The same command where each has a message of its own, as of clients that say one thing at a time', columns, rows: await of('order', 1, { among: ['rooms'], apart: true }) },
      ],
    }
  },
  targets: ['in rooms of 10', 'in rooms of one', 'for commands'].map((where, table) => ({ peer: 'socket-io', table, metric: 'cpuUs', atLeast: 2, what: `times Socket.IO ${where}, in CPU per publish` })),
}

/** @param load `apart`: each publish in a message of its own, whatever the peer's client does. */
export async function measure(key, { kind, roomSize, apart = false }, ms, flags) {
  const { script, runtime } = peers[key]
  const server = start(script, 0, { rooms: [] }, flags, runtime)
  let generator
  try {
    const { port } = await answer(server, 'listening')
    const groups = Array.from({ length: CLIENTS / roomSize }, (_, n) => ({ room: `chat:own-${n}`, count: roomSize }))
    generator = start(new URL('../load/publishing-generator.mjs', import.meta.url), 1, { peer: key, port, groups, window: WINDOW, kind, apart, answers: kind === 'order' ? 1 : roomSize + 1 })
    await answer(generator, 'ready')
    await ask(generator, { type: 'publish', ms: WARM_UP_MS })
    const before = await ask(server, { type: 'usage' })
    const { count, ms: took } = await ask(generator, { type: 'publish', ms })
    const after = await ask(server, { type: 'usage' })
    if (key === 'rooms') await checkOutcomes(server)
    return { rate: count / (took / 1_000), cpuUs: ((after.cpuMs - before.cpuMs) * 1_000) / count }
  } finally {
    if (generator !== undefined) await end(generator)
    await (flags.length > 0 ? letGo(server) : end(server))
  }
}

/** An error is an answer too: none may be among them. */
async function checkOutcomes(server) {
  const { stats: { publishes } } = await ask(server, { type: 'stats' })
  const others = Object.entries(publishes).filter(([outcome, count]) => outcome !== 'ok' && count > 0)
  if (others.length > 0 || publishes.ok === 0) throw new Error(`publishes ended otherwise than expected: ${JSON.stringify(publishes)}`)
}
