import { answer, ask, end, letGo, start } from '../child-process.mjs'
import { inTurns } from '../in-turns.mjs'
import { peers } from '../peers/peers.mjs'

const MISSED = 20
const ROOM = 'chat:herd'
/** As long as the kernel lets a queue of connections be: a longer one is refused, and asks again a second later. */
const BACKLOG = 4_096

/** A network that comes back: everyone was cut off, missed the same events, and resumes at the same moment. */
export const herd = {
  name: 'herd',
  title: 'Herd of resumes',
  async run({ scale, rounds, flags }) {
    return {
      load: `${scale.herd} members of one room cut off at once, ${MISSED} events sent meanwhile, then all back at once without jitter; memory broker and memory adapter`,
      columns: [
        { key: 'ms', title: 'all caught up after ms', digits: 0, spread: true },
        { key: 'resumes', title: 'resumes/s', digits: 0 },
        { key: 'medianMs', title: 'half of them after ms', digits: 0 },
        { key: 'cpuUs', title: 'CPU µs/resume', digits: 0, spread: true },
        { key: 'loopP99', title: 'event loop p99 ms', digits: 1 },
        { key: 'loopMax', title: 'longest ms', digits: 0 },
        { key: 'reads', title: 'reads of history', digits: 0 },
      ],
      rows: await inTurns(['rooms', 'rooms-count', 'socket-io'], rounds, (peer) => measure(peer, scale.herd, flags(peer)), { 'socket-io': 'Socket.IO, state recovery' }),
    }
  },
  targets: [{ peer: 'socket-io', metric: 'ms', atMost: 1, what: "of the time of Socket.IO's connection state recovery" }],
}

async function measure(key, count, flags) {
  const { script, runtime, setup } = peers[key]
  const server = start(script, 0, { ...setup, rooms: [ROOM], recovery: true, countReads: true, backlog: BACKLOG }, flags, runtime)
  let generator
  try {
    const { port } = await answer(server, 'listening')
    generator = start(new URL('../load/herd-generator.mjs', import.meta.url), 1, { peer: key, port, room: ROOM, count, quietMs: count > 1_000 ? 2_500 : 500 })
    await answer(generator, 'ready')
    // Socket.IO recovers only who has received something.
    await ask(server, { type: 'send', count: 1 })
    await ask(generator, { type: 'quiet' })
    const position = key !== 'socket-io' ? (await ask(server, { type: 'position', room: ROOM })).position : null
    await ask(generator, { type: 'cut' })
    await gone(server)
    await ask(server, { type: 'send', count: MISSED })

    const { reads: readBefore = 0 } = await ask(server, { type: 'stats' })
    await ask(server, { type: 'watch loop' })
    const before = await ask(server, { type: 'usage' })
    const { ms, medianMs, least, most } = await ask(generator, { type: 'resume', missed: MISSED, position })
    const after = await ask(server, { type: 'usage' })
    const loop = await ask(server, { type: 'loop' })
    if (least !== MISSED || most !== MISSED) throw new Error(`${key}: ${MISSED} events were missed, clients got ${least} to ${most}`)
    const { stats, reads } = await ask(server, { type: 'stats' })
    const recovered = key !== 'socket-io' ? stats.resumes.ok : stats.recovered
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
