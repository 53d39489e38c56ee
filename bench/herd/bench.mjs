import { answer, ask, end, letGo, start } from '../child-process.mjs'
import { inTurns } from '../in-turns.mjs'
import { peers } from '../peers/peers.mjs'

const MISSED = 20
const ROOM_SIZE = 100
/** As long as the kernel lets a queue of connections be: a longer one is refused, and asks again a second later. */
const BACKLOG = 4_096

const columns = [
  { key: 'ms', title: 'all caught up after ms', digits: 0, spread: true },
  { key: 'resumes', title: 'resumes/s', digits: 0 },
  { key: 'medianMs', title: 'half of them after ms', digits: 0 },
  { key: 'cpuUs', title: 'CPU µs/resume', digits: 0, spread: true },
  { key: 'loopP99', title: 'event loop p99 ms', digits: 1 },
  { key: 'loopMax', title: 'longest ms', digits: 0 },
  { key: 'reads', title: 'reads of history', digits: 0 },
]
const names = { 'socket-io': 'Socket.IO, state recovery' }

/** A network that comes back: everyone was cut off, missed the same events, and resumes at the same moment. */
export const herd = {
  name: 'herd',
  title: 'Herd of resumes',
  async run({ scale, rounds, flags }) {
    const of = (keys, roomSize) => inTurns(keys, rounds, (peer) => measure(peer, scale.herd, roomSize, flags(peer)), names)
    return {
      load: `${scale.herd} members in rooms of ${ROOM_SIZE} cut off at once, ${MISSED} events sent to each room meanwhile, then all back at once without jitter; memory broker and memory adapter`,
      columns,
      rows: await of(['rooms', 'socket-io'], ROOM_SIZE),
      more: [{ title: `All ${scale.herd} in one room`, columns, rows: await of(['rooms-count', 'socket-io'], scale.herd) }],
    }
  },
  targets: [
    { peer: 'socket-io', metric: 'ms', atMost: 1, what: "of the time of Socket.IO's connection state recovery, in rooms of 100" },
    { ours: 'rooms-count', peer: 'socket-io', table: 1, metric: 'ms', atMost: 1, what: 'of it, all in one room' },
  ],
}

async function measure(key, count, roomSize, flags) {
  const groups = Array.from({ length: count / roomSize }, (_, n) => ({ room: `chat:herd-${n}`, count: roomSize }))
  const { script, runtime, setup } = peers[key]
  const server = start(script, 0, { ...setup, rooms: groups.map(({ room }) => room), recovery: true, countReads: true, backlog: BACKLOG }, flags, runtime)
  let generator
  try {
    const { port } = await answer(server, 'listening')
    generator = start(new URL('../load/herd-generator.mjs', import.meta.url), 1, { peer: key, port, groups, quietMs: roomSize > 1_000 ? 2_500 : 500 })
    await answer(generator, 'ready')
    // Socket.IO recovers only who has received something.
    await ask(server, { type: 'send', count: 1 })
    await ask(generator, { type: 'quiet' })
    const { positions } = key === 'socket-io' ? { positions: {} } : await ask(server, { type: 'positions' })
    await ask(generator, { type: 'cut' })
    await gone(server)
    await ask(server, { type: 'send', count: MISSED })

    const { reads: readBefore = 0 } = await ask(server, { type: 'stats' })
    await ask(server, { type: 'watch loop' })
    const before = await ask(server, { type: 'usage' })
    const { ms, medianMs, least, most } = await ask(generator, { type: 'resume', missed: MISSED, positions })
    const after = await ask(server, { type: 'usage' })
    const loop = await ask(server, { type: 'loop' })
    if (least !== MISSED || most !== MISSED) throw new Error(`${key}: ${MISSED} events were missed, clients got ${least} to ${most}`)
    const { stats, reads } = await ask(server, { type: 'stats' })
    const recovered = key === 'socket-io' ? stats.recovered : stats.resumes.ok
    if (recovered !== count) throw new Error(`${key}: ${recovered} of ${count} clients recovered`)
    return { ms, resumes: count / (ms / 1_000), medianMs, cpuUs: ((after.cpuMs - before.cpuMs) * 1_000) / count, loopP99: loop.p99Ms, loopMax: loop.maxMs, ...(reads === undefined ? {} : { reads: reads - readBefore }) }
  } finally {
    if (generator !== undefined) await end(generator)
    await (flags.length > 0 ? letGo(server) : end(server))
  }
}

/** Resolves when the server has seen every connection go. */
async function gone(server) {
  for (;;) {
    const { stats } = await ask(server, { type: 'stats' })
    if (stats.connections === 0) return
  }
}
