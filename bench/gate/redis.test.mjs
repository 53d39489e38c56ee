// What travels to Redis: the part of the regression gate that needs one.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { redisBroker } from 'fastify-rooms/redis'
import { Redis } from 'ioredis'
import { commandCounts } from '../cross-node/redis-usage.mjs'
import { startRedis } from '../cross-node/redis-server.mjs'
import { eventData } from '../event-data.mjs'
import { peers } from '../peers/peers.mjs'
import { ROOM, roomOf } from './room-of.mjs'

let redis
let client
let room

beforeAll(async () => { redis = await startRedis(0) })
afterAll(() => {
  redis.client.disconnect()
  redis.stop()
})
afterEach(async () => {
  await room.close()
  client.disconnect()
})

async function open(members) {
  await redis.client.flushall()
  client = new Redis(redis.port, '127.0.0.1')
  room = await roomOf(members, redisBroker(client))
}

/** Commands by name, pings aside: a node asks now and then whether Redis is there. */
async function commandsOf(work) {
  await redis.client.config('RESETSTAT')
  await work()
  const { ping: _, ...counts } = commandCounts(await redis.client.info('commandstats'))
  return counts
}

it('is one script call for an event, and nothing for a member', async () => {
  await open(20)
  const send = (count) => async () => {
    const arrived = Promise.all(room.clients.map((each) => each.gets(count)))
    for (let n = 0; n < count; n++) void room.app.rooms.send(ROOM, 'message', eventData(n))
    await arrived
  }
  await send(1)()
  const counts = await commandsOf(send(100))
  // A lease or a reaper of the room may fall into it.
  expect(counts.evalsha).toBeLessThanOrEqual(104)
  expect(counts.publish).toBeLessThanOrEqual(104)
  expect(counts).not.toHaveProperty('xrange')
})

it('is no read of history for resumes that this node can answer', async () => {
  await open(20)
  const position = await room.app.rooms.position(ROOM)
  await room.app.rooms.send(ROOM, 'message', eventData(19))
  for (const each of room.clients) each.cut()
  const counts = await commandsOf(() => Promise.all(room.addresses.map(async (address) => (await room.open(peers.rooms.resume(address, { position }))).hears(/m000000019/))))
  expect((counts.xrange ?? 0) + (counts.xrevrange ?? 0)).toBe(0)
})
