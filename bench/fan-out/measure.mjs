import { answer, ask, end, letGo, start } from '../child-process.mjs'
import { peers } from '../peers/peers.mjs'

const WARM_UP_MS = 1_000

/**
 * One peer in a process of its own: rooms are filled, then ticks are sent as fast as they arrive. Fails unless every
 * member got exactly what was sent.
 *
 * @param {string} key a peer's
 * @param {{ groups: readonly { room: string, count: number }[], eventsPerTick: number, ms: number, times?: number, ahead?: number, quietMs?: number, flags?: readonly string[] }} load
 * `times` is how many rounds are measured with the same members; `ahead` how many ticks are on their way at once
 * @returns one measurement for each of the `times`
 */
export async function measure(key, { groups, eventsPerTick, ms, times = 1, ahead, quietMs, flags = [] }) {
  const { name, script, runtime, setup } = peers[key]
  const rooms = groups.map(({ room }) => room)
  const server = start(script, 0, { ...setup, eventsPerTick, rooms }, flags, runtime)
  let generator
  try {
    const { port } = await answer(server, 'listening')
    const before = await ask(server, { type: 'usage' })
    // Each event of a tick goes to the next room; benchmarks with several rooms give them equal members.
    generator = start(new URL('../load/counting-generator.mjs', import.meta.url), 1, { peer: key, port, groups, quietMs, arriving: groups[0].count * eventsPerTick })
    const { joinMs } = await answer(generator, 'ready')
    const after = await ask(server, { type: 'usage' })
    generator.on('message', (message) => { if (message.type === 'ticks') server.send(message) })

    const warmUp = await go(server, WARM_UP_MS, ahead)
    const rounds = []
    for (let time = 0; time < times; time++) rounds.push(await go(server, ms, ahead))
    const { groups: received } = await ask(generator, { type: 'report' })
    const ticks = rounds.reduce((all, round) => all + round.ticks, warmUp.ticks)
    check(name, ticks * eventsPerTick, received)

    const connections = groups.reduce((all, { count }) => all + count, 0)
    const members = connections / groups.length
    const objects = received.reduce((all, group) => all + group.objects, 0)
    return rounds.map((round) => {
      const deliveries = round.ticks * eventsPerTick * members
      return {
        rate: deliveries / (round.ms / 1_000),
        cpuUs: (round.cpuMs * 1_000) / deliveries,
        kernelUs: (round.kernelMs * 1_000) / deliveries,
        busy: round.cpuMs / round.ms,
        framesPerTick: received.reduce((all, group) => all + group.frames, 0) / (members * ticks),
        bytes: received.reduce((all, group) => all + group.bytes, 0) / objects,
        joins: connections / (joinMs / 1_000),
        joinCpuUs: ((after.cpuMs - before.cpuMs) * 1_000) / connections,
      }
    })
  } finally {
    if (generator !== undefined) await end(generator)
    await (flags.length > 0 ? letGo(server) : end(server))
  }
}

async function go(server, ms, ahead) {
  server.send({ type: 'go', ms, ahead })
  return answer(server, 'done')
}

/** Rooms are served in turn: of an odd count the first ones get one more. */
function check(name, events, received) {
  const wrong = received.findIndex(({ least, most }, at) => {
    const expected = Math.floor(events / received.length) + (at < events % received.length ? 1 : 0)
    return least !== expected || most !== expected
  })
  if (wrong !== -1) throw new Error(`${name}: ${events} events were sent to ${received.length} rooms in turn, a member of room ${wrong} got ${received[wrong].least} to ${received[wrong].most}`)
}
