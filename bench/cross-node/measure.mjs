import { answer, ask, end, letGo, start } from '../child-process.mjs'
import { cpuMs, machineCpuMs } from '../clocks.mjs'
import { percentile } from '../statistics.mjs'
import { commandCounts, redisCpuMs } from './redis-usage.mjs'

const WARM_UP_MS = 1_000
const LONE_EVENTS_PER_SECOND = 50

/**
 * One peer, one round: node A sends, all members are connected to node B. First ticks as fast as they arrive, then
 * lone events. Fails unless every member got exactly what was sent.
 */
export async function measure({ name, peer, node, connections, eventsPerTick, ms, loneMs, redis, cores, flags }) {
  await redis.client.flushall()
  const setup = { redisPort: redis.port, eventsPerTick, connections }
  const nodes = [start(node, cores.sender, setup, flags.sender), start(node, cores.receiver, setup, flags.receiver)]
  let generator
  try {
    const [sender, receiver] = nodes
    const [, { port }] = await Promise.all(nodes.map((child) => answer(child, 'listening')))
    generator = start(new URL('../load/counting-generator.mjs', import.meta.url), cores.generator, { peer, port, groups: [{ room: 'chat:bench', count: connections }], arriving: connections * eventsPerTick })
    await answer(generator, 'ready')
    generator.on('message', (message) => { if (message.type === 'ticks') sender.send(message) })

    const warmUp = await round(sender, WARM_UP_MS)
    const before = await allUsage(sender, receiver, generator, redis)
    await redis.client.config('RESETSTAT')
    const done = await round(sender, ms)
    const commands = commandCounts(await redis.client.info('commandstats'))
    const after = await allUsage(sender, receiver, generator, redis)

    const lone = await sendLone(sender, generator, loneMs)
    const { groups: [{ least, most, frames }] } = await ask(generator, { type: 'report' })
    const events = (warmUp.ticks + done.ticks) * eventsPerTick + lone.count
    if (least !== events || most !== events) throw new Error(`${name}: ${events} events were sent, a member got ${least} to ${most}`)

    const used = Object.fromEntries(Object.keys(after).map((who) => [who, after[who].cpuMs - before[who].cpuMs]))
    const { sender: a, receiver: b, generator: g, redis: r, ours, machine } = used
    const sent = done.ticks * eventsPerTick
    return {
      rate: (sent * connections) / (done.ms / 1_000),
      cpuUs: ((a + b) * 1_000) / (sent * connections),
      framesPerTick: (frames / connections - lone.count) / (warmUp.ticks + done.ticks),
      busyA: (a / done.ms) * 100,
      busyB: (b / done.ms) * 100,
      busyRedis: (r / done.ms) * 100,
      busyGenerator: (g / done.ms) * 100,
      busyOthers: (Math.max(0, machine - a - b - g - r - ours) / done.ms) * 100,
      firstP50: percentile(lone.first, 0.5),
      firstP99: percentile(lone.first, 0.99),
      everyP50: percentile(lone.every, 0.5),
      everyP99: percentile(lone.every, 0.99),
      pingP50: percentile(lone.pings, 0.5),
      events: sent,
      commands,
      json: difference(before.receiver, after.receiver),
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
  await ask(generator, { type: 'note arrivals', group: 0 })
  sender.send({ type: 'lone', count, everyMs: 1_000 / LONE_EVENTS_PER_SECOND })
  const { sent, pings } = await answer(sender, 'lone')
  const { arrivals } = await ask(generator, { type: 'arrivals' })
  const delays = sent.map((at, n) => arrivals.map((each) => each[n] - at))
  return { count, pings, first: delays.map((each) => Math.min(...each)), every: delays.flat() }
}

async function allUsage(sender, receiver, generator, redis) {
  const [a, b, g, info] = await Promise.all([usage(sender), usage(receiver), usage(generator), redis.client.info('cpu')])
  return { sender: a, receiver: b, generator: g, redis: { cpuMs: redisCpuMs(info) }, ours: { cpuMs: cpuMs() }, machine: { cpuMs: machineCpuMs() } }
}

async function usage(child) {
  return ask(child, { type: 'usage' })
}

function difference(before, after) {
  return { parse: after.parse - before.parse, stringify: after.stringify - before.stringify }
}
