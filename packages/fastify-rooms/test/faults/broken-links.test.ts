import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.js'
import { fate, figure, seconds } from './figure.js'
import { FULL } from './scale.js'
import { stopwatch } from './stopwatch.js'
import { commands, subscribers } from './tcp-proxy.js'
import { type Outcome, STEPS_PER_SECOND, Traffic, type TrafficOptions } from './traffic.js'

const TRAFFIC: TrafficOptions = { readers: FULL ? 12 : 4, historySize: 60_000, apart: true }
const STALL_MS = 1_500
const NOTICED_MS = 5_000
const CUTTING = FULL ? { seconds: 20, eventsPerSecond: 1_000, everyS: 2 } : { seconds: 3, eventsPerSecond: 300, everyS: 0.5 }
/** In small longer than an answer may take: by then publishes are given up. */
const PAUSE_MS = FULL ? 3_000 : 1_200
const WHOLE = { lost: 0, duplicated: 0, outOfOrder: 0, resets: 0 } as const

const count = (outcome: Outcome): string => `${fate(outcome)} of ${outcome.acknowledged}`

test(`a subscriber connection cut every ${CUTTING.everyS} s at ${CUTTING.eventsPerSecond.toLocaleString('en')} events/s: nothing is missing, and no stall is longer than ${STALL_MS} ms`, async () => {
  const traffic = await Traffic.start(TRAFFIC)
  const { seconds: duration, eventsPerSecond, everyS } = CUTTING
  let cuts = 0
  const rate = await traffic.flow({ seconds: duration, eventsPerSecond, each: (step) => {
    if (step % (everyS * STEPS_PER_SECOND) !== 0 || step === duration * STEPS_PER_SECOND) return
    const { proxy } = traffic.nodes[1]!
    cuts += proxy.count(subscribers)
    proxy.cut(subscribers)
  } })
  const outcome = await traffic.settled()
  const longest = Math.max(...traffic.readers.map(({ longestGapMs }) => longestGapMs))
  figure("a node's subscriber connection cut at 1,000 events/s", 'the longest stall', `${seconds(longest)} (${cuts} cuts, ${Math.round(rate)} events/s to ${TRAFFIC.readers} clients)`)
  figure("a node's subscriber connection cut at 1,000 events/s", 'events', count(outcome))
  expect(outcome).toMatchObject(WHOLE)
  expect(cuts).toBeGreaterThan(0)
  expect(longest).toBeLessThanOrEqual(STALL_MS)
}, 90_000)

test(`a subscriber connection that carries nothing any more under load: noticed within ${NOTICED_MS} ms, and what was missed is read`, async () => {
  const traffic = await Traffic.start(TRAFFIC)
  const { readers, nodes } = traffic
  const flow = traffic.flow({ seconds: 8, eventsPerSecond: 200 })
  await eventually(() => { if (readers.some(({ offset }) => offset < 50)) throw new Error('not all readers hear') })
  const ms = stopwatch()
  nodes[1]!.proxy.blackHole(subscribers)
  await eventually(() => { if (!readers.every(({ isPaused }) => isPaused)) throw new Error('not all readers are told') })
  const noticedMs = ms()
  nodes[1]!.proxy.heal()
  await eventually(() => { if (readers.some(({ isPaused }) => isPaused)) throw new Error('not all readers follow again') })
  const backMs = ms()
  await flow
  const outcome = await traffic.settled()
  figure("a node's subscriber connection black-holed", 'noticed', `${seconds(noticedMs)}, followed again after ${seconds(backMs)}`)
  figure("a node's subscriber connection black-holed", 'events', count(outcome))
  expect(outcome).toMatchObject(WHOLE)
  expect(noticedMs).toBeLessThanOrEqual(NOTICED_MS)
}, 90_000)

test(`CLIENT PAUSE of ${PAUSE_MS} ms during publishes: each is sent again with its id, and makes one event`, async () => {
  const traffic = await Traffic.start(TRAFFIC)
  await traffic.flow({ seconds: PAUSE_MS / 1_000 + 1, eventsPerSecond: 100, each: (step) => {
    if (step === STEPS_PER_SECOND / 2) void traffic.redis.client().call('CLIENT', 'PAUSE', String(PAUSE_MS))
  } })
  const outcome = await traffic.settled()
  figure('CLIENT PAUSE for 3 s during publishes', 'events', `one for each of ${outcome.acknowledged} ids, after ${outcome.refused} refusals and ${outcome.retried} retries of what was done; ${fate(outcome)}`)
  expect(outcome).toMatchObject(WHOLE)
  expect(outcome.refused).toBeGreaterThan(0)
}, 90_000)

test('the replies to publishes dropped: each is sent again with its id, and makes one event', async () => {
  const traffic = await Traffic.start(TRAFFIC)
  const [{ proxy }] = traffic.nodes as [Traffic['nodes'][number]]
  const flow = traffic.flow({ seconds: 3, eventsPerSecond: 100 })
  await eventually(() => { if (traffic.readers.some(({ offset }) => offset < 10)) throw new Error('not all readers hear') })
  const [publisher] = traffic.publishers
  proxy.dropReplies(commands)
  await eventually(() => { if (publisher!.refused === 0) throw new Error('nothing was refused yet') })
  proxy.cut(commands)
  await flow
  const outcome = await traffic.settled()
  figure('the replies to publishes dropped', 'events', `one for each of ${outcome.acknowledged} ids, after ${outcome.refused} refusals and ${outcome.retried} retries of what was done; ${fate(outcome)}`)
  expect(outcome).toMatchObject(WHOLE)
  expect(outcome.retried).toBeGreaterThan(0)
}, 90_000)
