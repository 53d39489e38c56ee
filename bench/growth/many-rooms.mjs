import { answer, ask, end, start } from '../child-process.mjs'
import { peers } from '../peers/peers.mjs'

const ROOM_SIZE = 10
/** `limits.rooms` by default. */
const ROOMS_PER_CONNECTION = 100
const WARM_UP_MS = 1_000

/** Starts a server and members of so many rooms, or as many connections that join none; whoever starts them ends them. */
export async function fillRooms(key, count, roomSize, join = true) {
  const { script, runtime, setup } = peers[key]
  const rooms = Array.from({ length: count }, (_, n) => `chat:room-${n}`)
  const server = start(script, 0, { ...setup, rooms }, [], runtime)
  const { port } = await answer(server, 'listening')
  const blocks = Array.from({ length: Math.ceil(count / ROOMS_PER_CONNECTION) }, (_, n) => rooms.slice(n * ROOMS_PER_CONNECTION, (n + 1) * ROOMS_PER_CONNECTION))
  const generator = start(new URL('../load/many-rooms-generator.mjs', import.meta.url), 1, { peer: key, port, blocks: join ? blocks : blocks.map(() => []), roomSize })
  await answer(generator, 'ready')
  return { server, generator }
}

/** @returns one measurement for each of the `times` */
export async function measureRooms(count, { ms, times }) {
  const { server, generator } = await fillRooms('rooms', count, ROOM_SIZE)
  try {
    generator.on('message', (message) => { if (message.type === 'ticks') server.send(message) })
    const ahead = 40
    const go = async (length) => {
      server.send({ type: 'go', ms: length, ahead })
      return answer(server, 'done')
    }
    const done = [await go(WARM_UP_MS)]
    for (let time = 0; time < times; time++) done.push(await go(ms))
    const { objects } = await ask(generator, { type: 'report' })
    const sent = done.reduce((all, { ticks }) => all + ticks, 0) * ROOM_SIZE
    if (objects !== sent) throw new Error(`${sent} deliveries were sent, ${objects} arrived`)
    const measured = done.slice(1).map((round) => ({ cpuUs: (round.cpuMs * 1_000) / (round.ticks * ROOM_SIZE), rate: (round.ticks * ROOM_SIZE) / (round.ms / 1_000) }))
    process.stdout.write(`  ${count} rooms: ${measured.map(({ cpuUs }) => cpuUs.toFixed(2)).join(', ')} CPU µs/delivery\n`)
    return measured
  } finally {
    await end(generator)
    await end(server)
  }
}
