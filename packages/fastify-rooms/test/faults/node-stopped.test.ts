import { expect, test } from 'vitest'
import { parsePosition } from 'rooms-protocol'
import { Publisher, Reader } from './load-clients.js'
import { startNodeProcess } from './node-process.js'
import { startRedis } from './redis-server.js'
import { FULL } from './scale.js'
import { eventually } from '../support/eventually.js'
import { ownTime } from '../support/own-time.js'

const STOPPED_MS = FULL ? 20_000 : 3_000
const EVENTS_PER_SECOND = 200

test(`a node that stood still for ${STOPPED_MS / 1_000} s catches up within 3 s, and its clients miss nothing`, async ({ onTestFinished }) => {
  const redis = await startRedis()
  const [here, there] = [await startNodeProcess(redis.port, 60_000), await startNodeProcess(redis.port, 60_000)]
  const [publisher, reader] = [new Publisher('chat:1', 'ana', () => here.url), new Reader('chat:1', 'bo', () => there.url, [])]
  onTestFinished(async () => {
    publisher.close()
    reader.close()
    await Promise.all([here.kill(), there.kill()])
  })
  publisher.connect()
  reader.connect()
  await eventually(() => expect(reader.offset).toBe(0))
  publisher.publish(1)
  await eventually(() => expect(reader.offset).toBe(1))
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
  expect([reader.offset, last]).toEqual([1, target])
  there.go()
  const ms = ownTime()
  await eventually(() => expect(reader.offset).toBe(last))
  process.stdout.write(`${target - 1} events while a node stood still: there ${Math.round(ms())} ms after it went on\n`)
  expect(ms()).toBeLessThan(3_000)
  expect([reader.missing, reader.repeated, reader.different, reader.resets]).toEqual([0, 0, 0, 0])
}, 60_000)
