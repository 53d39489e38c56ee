import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fastify from 'fastify'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { memoryBroker, type BrokerLink } from '../../src/index.js'
import { connectRooms } from '../../src/testing/index.js'
import { event, openLink } from '../redis/open-link.js'
import { buildApp, tokenOf } from '../support/test-app.js'
import { startRedis } from './redis-server.js'
import { FULL } from './scale.js'

vi.mock('../../src/in-time.js', () => import('../support/patient-in-time.js'))

const ROOMS = FULL ? 10_000 : 500
const EVENTS = 100
const DATA = 'x'.repeat(200)
/** What we promise for 10,000 rooms × 100 events of 200 bytes, header and wire object included. */
const MOST_BYTES_PER_EVENT = { redis: 450, process: 550 }
const META_MS = 600_000

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
function heap(): number {
  collect()
  return process.memoryUsage().heapUsed
}

async function fill(link: BrokerLink): Promise<void> {
  for (let room = 0; room < ROOMS; room++) {
    const name = `chat:${room}`
    await Promise.all(Array.from({ length: EVENTS }, () => link.append(event(name, DATA, { history: { size: EVENTS, ttlMs: 300_000 } }))))
  }
}

function say(where: string, bytes: number): number {
  const each = bytes / (ROOMS * EVENTS)
  process.stdout.write(`${ROOMS} rooms × ${EVENTS} events of ${DATA.length} bytes in ${where}: ${(bytes / 2 ** 20).toFixed(1)} MiB, ${each.toFixed(0)} bytes an event; 10,000 rooms: ${((each * 1e6) / 2 ** 20).toFixed(0)} MiB\n`)
  return each
}

afterEach(() => { vi.useRealTimers() })

describe('memory', () => {
  test('of a full history in Redis stays within what we say', async () => {
    const redis = await startRedis()
    const used = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await redis.client().info('memory'))![1])
    const link = await openLink(redis.client())
    const before = await used()
    await fill(link)
    expect(say('Redis', (await used()) - before)).toBeLessThan(MOST_BYTES_PER_EVENT.redis)
  }, 300_000)
  test('of a full history in the process stays within what we say', async () => {
    const link = await memoryBroker().open({ log: fastify().log, presence: { leaseMs: 25_000, renewMs: 8_000 }, memberChanged: () => {} })
    const before = heap()
    await fill(link)
    expect(say('the process', heap() - before)).toBeLessThan(MOST_BYTES_PER_EVENT.process)
    await link.close()
  }, 300_000)
})

describe('rooms that nobody holds and nobody writes to', () => {
  test('leave nothing in the process once their meta is over', async () => {
    vi.useFakeTimers()
    const link = await memoryBroker().open({ log: fastify().log, presence: { leaseMs: 25_000, renewMs: 8_000 }, memberChanged: () => {} })
    const touch = async (from: number): Promise<void> => { for (let room = from; room < from + 20_000; room++) await link.append(event(`chat:${room}`, DATA, { history: { size: 10, ttlMs: 1_000 } })) }
    await touch(0)
    vi.advanceTimersByTime(META_MS + 20_000)
    const before = heap()
    await touch(20_000)
    const full = heap() - before
    vi.advanceTimersByTime(META_MS + 20_000)
    const left = heap() - before
    process.stdout.write(`20,000 abandoned rooms: ${(full / 2 ** 20).toFixed(1)} MiB, and ${(left / 2 ** 20).toFixed(2)} MiB when their meta is over\n`)
    expect(left).toBeLessThan(full / 20)
    await link.close()
  }, 60_000)
  test('are let go by a node half a minute after their last member', async () => {
    const app = await buildApp()
    await app.ready()
    const ana = await connectRooms(app, { token: tokenOf(app, 'ana') })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    for (let room = 0; room < 50; room++) {
      ana.send({ type: 'join', room: `chat:${room}` })
      await ana.nextFrame('joined')
      ana.send({ type: 'leave', room: `chat:${room}` })
      await ana.nextFrame('left')
    }
    expect(app.rooms.stats().rooms).toBe(50)
    vi.advanceTimersByTime(29_000)
    expect(app.rooms.stats().rooms).toBe(50)
    vi.advanceTimersByTime(2_000)
    expect(app.rooms.stats().rooms).toBe(0)
  })
})
