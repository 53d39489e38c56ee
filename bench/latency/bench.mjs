import { answer, ask, end, start } from '../child-process.mjs'
import { inTurns } from '../in-turns.mjs'
import { peers } from '../peers/peers.mjs'
import { percentile } from '../statistics.mjs'

const EVERY_MS = 50
const BURST = 20
const BURST_EVERY_MS = 90
const ROOMS = ['chat:steady', 'chat:busy']

/** A steady room, whose members want their events soon, beside a busy one on the same server. */
export const latency = {
  name: 'latency',
  title: 'Latency beside a busy room',
  async run({ scale, rounds, flags }) {
    const busy = scale.members / 5
    return {
      load: `20 events a second to ${scale.members} members of one room; meanwhile, every ${BURST_EVERY_MS} ms, ${BURST} events at once to the ${busy} members of another; ${scale.steadyMs / 1_000} s a round; from when an event was due to its arrival at each member`,
      columns: [
        { key: 'p50', title: 'p50 ms', digits: 2 },
        { key: 'p99', title: 'p99 ms', digits: 2, spread: true },
        { key: 'p999', title: 'p99.9 ms', digits: 2 },
        { key: 'firstP50', title: 'first member p50 ms', digits: 2 },
        { key: 'busyPercent', title: 'server, % of its core', digits: 0 },
      ],
      rows: await inTurns(['rooms', 'socket-io', 'ws-loop', 'bun'], rounds, (peer) => measure(peer, scale, busy, flags(peer))),
    }
  },
  targets: [{ peer: 'socket-io', metric: 'p99', atMost: 0.5, what: "of Socket.IO's p99" }],
}

async function measure(key, { members, steadyMs }, busy, flags) {
  const { script, runtime } = peers[key]
  const server = start(script, 0, { rooms: ROOMS }, flags, runtime)
  let generator
  try {
    const { port } = await answer(server, 'listening')
    const groups = [{ room: ROOMS[0], count: members }, { room: ROOMS[1], count: busy }]
    generator = start(new URL('../load/counting-generator.mjs', import.meta.url), 1, { peer: key, port, groups, arriving: Infinity })
    await answer(generator, 'ready')
    // Warm first: the same load, not noted.
    await ask(server, { type: 'steady', count: 1_000 / EVERY_MS, everyMs: EVERY_MS, burst: BURST, burstEveryMs: BURST_EVERY_MS })
    await ask(generator, { type: 'report' })
    await ask(generator, { type: 'note arrivals', group: 0 })
    const { due, ms, cpuMs } = await ask(server, { type: 'steady', count: steadyMs / EVERY_MS, everyMs: EVERY_MS, burst: BURST, burstEveryMs: BURST_EVERY_MS })
    const { arrivals } = await ask(generator, { type: 'arrivals' })
    const short = arrivals.find((times) => times.length !== due.length)
    if (short !== undefined) throw new Error(`${key}: ${due.length} events were sent, a member got ${short.length}`)
    const delays = due.map((at, n) => arrivals.map((times) => times[n] - at))
    const all = delays.flat()
    return {
      p99: percentile(all, 0.99), p50: percentile(all, 0.5), p999: percentile(all, 0.999),
      firstP50: percentile(delays.map((each) => Math.min(...each)), 0.5),
      busyPercent: (cpuMs / ms) * 100,
    }
  } finally {
    if (generator !== undefined) await end(generator)
    await end(server)
  }
}
