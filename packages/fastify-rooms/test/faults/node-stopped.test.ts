import { expect, test } from 'vitest'
import { parsePosition } from 'rooms-protocol'
import { Publisher, Reader } from './load-clients.js'
import { startNodeProcess } from './node-process.js'
import { fate, figure, seconds } from './figure.js'
import { startRedis } from './redis-server.js'
import { FULL } from './scale.js'
import { eventually } from '../support/eventually.js'
import { stopwatch } from './stopwatch.js'

const STOPPED_MS = FULL ? 20_000 : 3_000
const EVENTS_PER_SECOND = 200
const WITHIN_MS = 3_000
const READERS = FULL ? 50 : 5

test(`a node that stood still for ${STOPPED_MS / 1_000} s catches up within 3 s, and its clients miss nothing`, async ({ onTestFinished }) => {
  const redis = await startRedis()
  const [here, there] = [await startNodeProcess(redis.port, 60_000), await startNodeProcess(redis.port, 60_000)]
  const publisher = new Publisher('chat:1', 'ana', () => here.url)
  const ids: string[] = []
  const readers = Array.from({ length: READERS }, (_, n) => new Reader('chat:1', `reader-${n}`, () => there.url, ids))
  const furthest = (): number => Math.max(...readers.map(({ offset }) => offset))
  const allAt = (offset: number): Promise<void> => eventually(() => { if (readers.some((reader) => reader.offset !== offset)) throw new Error(`not every reader came to ${offset}`) })
  onTestFinished(async () => {
    publisher.close()
    for (const reader of readers) reader.close()
    await Promise.all([here.kill(), there.kill()])
  })
  publisher.connect()
  for (const reader of readers) reader.connect()
  await allAt(0)
  publisher.publish(1)
  await allAt(1)
  there.stop()
  const [start, target] = [performance.now(), 1 + (STOPPED_MS / 1_000) * EVENTS_PER_SECOND]
  await new Promise<void>((resolve) => {
    let made = 1
    const timer = setInterval(() => {
      const due = Math.min(target, 1 + Math.floor(((performance.now() - start) / 1_000) * EVENTS_PER_SECOND))
      publisher.publish(due - made)
      made = due
      if (made < target) return
      clearInterval(timer)
      resolve()
    }, 20)
  })
  await eventually(() => expect(publisher.unanswered).toBe(0))
  const last = Math.max(...[...publisher.acknowledged.values()].map((position) => parsePosition(position)!.offset))
  expect([furthest(), last]).toEqual([1, target])
  there.go()
  const ms = stopwatch()
  await allAt(last)
  const backMs = ms()
  const sum = (of: (reader: Reader) => number): number => readers.reduce((total, reader) => total + of(reader), 0)
  const counted = { lost: sum(({ missing }) => missing), duplicated: sum(({ repeated }) => repeated), outOfOrder: sum(({ different }) => different), resets: sum(({ resets }) => resets) }
  figure('a node stopped for 20 s (SIGSTOP)', 'backfilled once it goes on', `${seconds(backMs)} (${target - 1} events to ${READERS} clients, stopped for ${STOPPED_MS / 1_000} s)`)
  figure('a node stopped for 20 s (SIGSTOP)', 'events', fate(counted))
  expect(backMs).toBeLessThanOrEqual(WITHIN_MS)
  expect(counted).toEqual({ lost: 0, duplicated: 0, outOfOrder: 0, resets: 0 })
}, 60_000)
