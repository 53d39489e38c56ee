import { ask, end } from '../child-process.mjs'
import { redisCpuMs } from '../cross-node/redis-usage.mjs'
import { startRedis } from '../cross-node/redis-server.mjs'
import { peers } from '../peers/peers.mjs'
import { fillRooms } from './many-rooms.mjs'

/** Long enough for a lease to be renewed and a room to be looked after. */
const LEAST_MS = 10_000

/** What the rooms that a node holds cost while nothing happens in them; what as many connections without rooms cost is taken off. */
export async function idleRooms(key, count, ms) {
  const redis = key === 'rooms-redis' ? await startRedis(1) : null
  if (redis !== null) peers[key].setup.redisPort = redis.port
  try {
    const lasted = Math.max(ms, LEAST_MS)
    const held = await idle(key, count, true, lasted, redis)
    const none = await idle(key, count, false, lasted, redis)
    // Nothing costs less than nothing: that is the noise between the two.
    const each = (field) => Math.max(0, ((held[field] - none[field]) * 1_000) / (lasted / 1_000) / count)
    return { roomUs: each('cpuMs'), ...(redis === null ? {} : { redisUs: each('redisMs') }), rooms: count }
  } finally {
    redis?.client.disconnect()
    redis?.stop()
  }
}

async function idle(key, count, join, ms, redis) {
  const { server, generator } = await fillRooms(key, count, 1, join)
  try {
    const used = async () => ({ cpuMs: (await ask(server, { type: 'usage' })).cpuMs, redisMs: redis === null ? 0 : redisCpuMs(await redis.client.info('cpu')) })
    const before = await used()
    await new Promise((resolve) => { setTimeout(resolve, ms) })
    const after = await used()
    return { cpuMs: after.cpuMs - before.cpuMs, redisMs: after.redisMs - before.redisMs }
  } finally {
    await end(generator)
    await end(server)
  }
}
