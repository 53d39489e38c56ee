import { answer, end, letGo, start } from '../child-process.mjs'
import { cpuMs, machineCpuMs } from '../clocks.mjs'
import { commandCounts, redisCpuMs } from './redis-usage.mjs'

const WARM_UP_MS = 1_000
const LONE_EVENTS_PER_SECOND = 50

/**
 * One peer, one round: node A sends, all members are connected to node B. First ticks as fast as they arrive, then
 * lone events. Fails unless every member got exactly what was sent.
 */
export async function measure({ name, node, path, hello, connections, eventsPerTick, ms, loneMs, redis, cores, flags }) {
  await redis.client.flushall()
  const setup = { redisPort: redis.port, eventsPerTick, connections }
  const nodes = [start(node, cores.sender, setup, flags.sender), start(node, cores.receiver, setup, flags.receiver)]
  let generator
  try {
    const [sender, receiver] = nodes
    const [, { port, protocols }] = await Promise.all(nodes.map((child) => answer(child, 'listening')))
    const beforeJoins = await usage(receiver)
    generator = start(new URL('../generator.mjs', import.meta.url), cores.generator, { port, path, protocols, eventsPerTick, hello })
    await answer(generator, 'ready')
    const afterJoins = await usage(receiver)
    generator.on('message', (message) => { if (message.type === 'ticks') sender.send(message) })

    const warmUp = await round(sender, WARM_UP_MS)
    const before = await allUsage(sender, receiver, generator, redis)
    await redis.client.config('RESETSTAT')
    const done = await round(sender, ms)
    const commands = commandCounts(await redis.client.info('commandstats'))
    const after = await allUsage(sender, receiver, generator, redis)

    const lone = await sendLone(sender, generator, loneMs)
    generator.send({ type: 'report' })
    const { least, most, frames } = await answer(generator, 'received')
    const events = (warmUp.ticks + done.ticks) * eventsPerTick + lone.count
    if (least !== events || most !== events) throw new Error(`${name}: ${events} events were sent, a member got ${least} to ${most}`)

    const used = Object.fromEntries(Object.keys(after).map((who) => [who, after[who].cpuMs - before[who].cpuMs]))
    const { sender: a, receiver: b, generator: g, redis: r, ours, machine } = used
    const sent = done.ticks * eventsPerTick
    return {
      events: sent,
      rate: (sent * connections) / (done.ms / 1_000),
      cpuPerDeliveryUs: ((a + b) * 1_000) / (sent * connections),
      busy: [a, b, r, g, Math.max(0, machine - a - b - g - r - ours)].map((each) => each / done.ms),
      framesPerTick: (frames / connections - lone.count) / (warmUp.ticks + done.ticks),
      commands,
      json: { joins: difference(beforeJoins, afterJoins), events: difference(before.receiver, after.receiver) },
      lone,
    }
  } finally {
    if (generator !== undefined) await end(generator)
    await Promise.all(nodes.map(letGo))
  }
}

async function round(sender, ms) {
  sender.send({ type: 'go', ms })
  return answer(sender, 'done')
}

/** Delays from the call on node A to the arrival at each member, and of the bare round trips to Redis in between. */
async function sendLone(sender, generator, loneMs) {
  const count = Math.round((loneMs / 1_000) * LONE_EVENTS_PER_SECOND)
  generator.send({ type: 'note arrivals' })
  await answer(generator, 'noting')
  sender.send({ type: 'lone', count, everyMs: 1_000 / LONE_EVENTS_PER_SECOND })
  const { sent, pings } = await answer(sender, 'lone')
  generator.send({ type: 'arrivals' })
  const { arrivals } = await answer(generator, 'arrivals')
  const delays = sent.map((at, n) => arrivals.map((each) => each[n] - at))
  return { count, pings, first: delays.map((each) => Math.min(...each)), every: delays.flat() }
}

async function allUsage(sender, receiver, generator, redis) {
  const [a, b, g, info] = await Promise.all([usage(sender), usage(receiver), usage(generator), redis.client.info('cpu')])
  return { sender: a, receiver: b, generator: g, redis: { cpuMs: redisCpuMs(info) }, ours: { cpuMs: cpuMs() }, machine: { cpuMs: machineCpuMs() } }
}

async function usage(child) {
  const told = answer(child, 'usage')
  child.send({ type: 'usage' })
  return told
}

function difference(before, after) {
  return { parse: after.parse - before.parse, stringify: after.stringify - before.stringify }
}
