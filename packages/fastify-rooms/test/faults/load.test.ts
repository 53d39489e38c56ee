import { expect, test } from 'vitest'
import { CARRIERS } from '../support/carriers.js'
import { fate, figure, seconds as inSeconds } from './figure.js'
import type { Reader } from './load-clients.js'
import { FULL } from './scale.js'
import { subscribers } from './tcp-proxy.js'
import { STEPS_PER_SECOND, Traffic } from './traffic.js'

const OPTIONS = FULL ? { seconds: 30, clients: 50, eventsPerSecond: 1_000 } : { seconds: 5, clients: 20, eventsPerSecond: 300 }
const BACK_MS = 5_000
/** Means, in seconds, between two of each. */
const EVERY = { clientCut: 0.4, clientSwitched: 0.1, subscriberCut: 1.2 }

test(`two nodes, ${OPTIONS.clients} clients over every transport and from one to another, ${OPTIONS.eventsPerSecond} events/s for ${OPTIONS.seconds} s while connections are cut and a node is killed: nothing lost, twice, out of order or reset`, async () => {
  const { seconds, clients, eventsPerSecond } = OPTIONS
  const traffic = await Traffic.start({ readers: clients, historySize: 60_000 })
  const { nodes, readers } = traffic
  const switchers = readers.filter((_, i) => CARRIERS[i % CARRIERS.length] === 'any transport')
  const cuts = { clients: 0, subscribers: 0 }
  let orphans: Reader[] = []
  let replaced: Promise<void> | undefined
  const killNode = async (): Promise<void> => {
    const [dying] = nodes.splice(1, 1)
    orphans = readers.filter(({ url, brokeAt }) => url === dying!.process.url && brokeAt === 0)
    for (const orphan of orphans) orphan.absences.length = 0
    await dying!.process.kill()
    await traffic.addNode()
  }
  const comesUp = (every: number): boolean => Math.random() < 1 / (every * STEPS_PER_SECOND)
  const any = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)]!
  const rate = await traffic.flow({ seconds, eventsPerSecond, each: (step) => {
    if (step === Math.round((seconds * STEPS_PER_SECOND) / 2)) replaced = killNode()
    if (comesUp(EVERY.clientSwitched)) any(switchers).cut()
    if (comesUp(EVERY.clientCut)) {
      any(traffic.clients).cut()
      cuts.clients++
    }
    if (comesUp(EVERY.subscriberCut)) {
      any(nodes).proxy.cut(subscribers)
      cuts.subscribers++
    }
  } })
  await replaced
  const outcome = await traffic.settled()

  // Who was between two polls when the node died was never away.
  const back = orphans.flatMap(({ absences }) => absences.slice(0, 1)).sort((a, b) => a - b)
  const backMs = back[Math.ceil(back.length * 0.95) - 1]!
  const switches = readers.reduce((total, reader) => total + reader.switches, 0)
  process.stdout.write(`${JSON.stringify({ ...outcome, rate: Math.round(rate), orphans: orphans.length, switches, cuts })}\n`)
  figure('one of two nodes killed under load (SIGKILL)', 'its clients are back elsewhere, 95 of 100', `${inSeconds(backMs)} (${back.length} clients, the last after ${inSeconds(back.at(-1)!)})`)
  figure('one of two nodes killed under load (SIGKILL)', 'events', `${fate(outcome)} of ${outcome.acknowledged} to ${clients} clients`)
  expect(outcome).toMatchObject({ lost: 0, duplicated: 0, outOfOrder: 0, resets: 0 })
  expect(outcome.acknowledged).toBeGreaterThan(seconds * eventsPerSecond * 0.7)
  expect(outcome.delivered).toBeGreaterThanOrEqual(outcome.acknowledged * clients)
  expect(cuts.clients).toBeGreaterThan(0)
  expect(switches).toBeGreaterThan(seconds)
  expect(back.length).toBeGreaterThan(0)
  expect(backMs).toBeLessThan(BACK_MS)
}, 120_000)
