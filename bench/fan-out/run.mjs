// Fan-out: one room, many connections, many events a tick. fastify-rooms against a plain loop of `ws.send`, in turns,
// each in a process of its own on one core, the load generator on another.
import { parseArgs } from 'node:util'
import { answer, end, pinning, start } from '../child-process.mjs'
import { median, spread } from '../statistics.mjs'

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '1000' },
    events: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    'at-least': { type: 'string', default: '0' },
  },
})
const connections = Number(values.connections)
const eventsPerTick = Number(values.events)
const rounds = Number(values.rounds)
const ms = Number(values.seconds) * 1_000
const WARM_UP_MS = 1_000

const peers = [
  { name: 'fastify-rooms', server: 'rooms-server.mjs', path: '/ws/chat:bench', rates: [], framesPerTick: [] },
  { name: 'plain ws loop', server: 'loop-server.mjs', path: '/', rates: [], framesPerTick: [] },
]

console.log(`${connections} connections in one room, ${eventsPerTick} events a tick, ${rounds} rounds of ${ms / 1000} s each, in turns`)
console.log(`fastify-rooms: token, contract, presence, typing, history and offsets on; the loop: JSON.stringify once an event, ws.send once a member`)
console.log(pinning ? 'server on core 0, load generator on core 1\n' : 'processes not pinned to cores (no taskset, or one core)\n')

for (let round = 1; round <= rounds; round++) {
  for (const peer of peers) {
    const result = await measure(peer)
    peer.rates.push(result.rate)
    peer.framesPerTick.push(result.framesPerTick)
    console.log(`round ${round}  ${peer.name.padEnd(14)} ${thousands(result.rate).padStart(10)} deliveries/s`)
  }
}

console.log(`\n${'peer'.padEnd(16)}${'median/s'.padStart(12)}${'lowest'.padStart(12)}${'highest'.padStart(12)}${'spread'.padStart(9)}${'frames/tick'.padStart(13)}`)
for (const { name, rates, framesPerTick } of peers) {
  const cells = [median(rates), Math.min(...rates), Math.max(...rates)].map((rate) => thousands(rate).padStart(12))
  console.log(`${name.padEnd(16)}${cells.join('')}${`±${(spread(rates) * 50).toFixed(0)} %`.padStart(9)}${median(framesPerTick).toFixed(1).padStart(13)}`)
}
const [ours, loop] = peers.map((peer) => median(peer.rates))
console.log(`\nfastify-rooms delivers ${(ours / loop).toFixed(1)} times what the loop delivers`)
if (ours / loop < Number(values['at-least'])) {
  console.error(`that is less than ${values['at-least']} times`)
  process.exitCode = 1
}

async function measure({ name, server: file, path }) {
  const server = start(new URL(file, import.meta.url), 0, { eventsPerTick, connections })
  const { port, protocols = Array.from({ length: connections }, () => '') } = await answer(server, 'listening')
  const generator = start(new URL('../generator.mjs', import.meta.url), 1, { port, path, protocols, eventsPerTick })
  try {
    await answer(generator, 'ready')
    generator.on('message', (message) => { if (message.type === 'ticks') server.send(message) })
    server.send({ type: 'go', ms: WARM_UP_MS })
    const { ticks: warmUp } = await answer(server, 'done')
    server.send({ type: 'go', ms })
    const done = await answer(server, 'done')
    generator.send({ type: 'report' })
    const { least, most, frames } = await answer(generator, 'received')
    const ticks = warmUp + done.ticks
    if (least !== ticks * eventsPerTick || most !== least) throw new Error(`${name}: ${ticks * eventsPerTick} events were sent, a connection got ${least} to ${most}`)
    return { rate: (done.ticks * eventsPerTick * connections) / (done.ms / 1_000), framesPerTick: frames / connections / ticks }
  } finally {
    await end(generator)
    await end(server)
  }
}

function thousands(number) {
  return Math.round(number).toLocaleString('en')
}
