import { expect, test } from 'vitest'
import { runLoad } from './load.js'
import { FULL } from './scale.js'

const OPTIONS = FULL ? { seconds: 30, clients: 50, eventsPerSecond: 1_000, historySize: 60_000 } : { seconds: 5, clients: 20, eventsPerSecond: 300, historySize: 60_000 }

test(`two nodes, ${OPTIONS.clients} clients over every transport and from one to another, ${OPTIONS.eventsPerSecond} events/s for ${OPTIONS.seconds} s while connections are cut and a node is killed: nothing lost, twice, out of order or reset`, async () => {
  const report = await runLoad(OPTIONS)
  process.stdout.write(`${JSON.stringify(report)}\n`)
  expect(report).toMatchObject({ lost: 0, duplicated: 0, outOfOrder: 0, resets: 0 })
  expect(report.acknowledged).toBeGreaterThan(OPTIONS.seconds * OPTIONS.eventsPerSecond * 0.7)
  expect(report.delivered).toBeGreaterThanOrEqual(report.acknowledged * OPTIONS.clients)
  expect(report.cuts.clients).toBeGreaterThan(0)
  expect(report.switches).toBeGreaterThan(OPTIONS.seconds)
  expect(report.cuts.nodes).toBe(1)
  expect(report.backMs).toBeLessThan(5_000)
}, 120_000)
