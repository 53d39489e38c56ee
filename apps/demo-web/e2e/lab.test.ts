import type { Todo } from 'demo-api/contract'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { countCalls } from './calls.js'
import { setStage } from './stage.js'
import { traceTasks } from './trace-tasks.js'

const stage = setStage()
const events = 500
const rows = 1_000
const mostRenders = 70
const longTaskMs = 50

test('500 events in one second go into 1,000 rows with at most 70 renders, no long task of ours and no HTTP call', async () => {
  const ana = await stage.tab('/?as=ana#/lab')
  await ana.locator('.line[data-phase="live"]').waitFor()
  expect(await ana.locator('.parcel').count()).toBe(rows)
  const before = await shown(ana)
  const calls = countCalls(ana)

  const stopTracing = await traceTasks(ana)
  // Asked for elsewhere: every call this page makes from here on would be one the events caused.
  const { sent, tookMs } = await (await stage.server.as('bo'))<{ sent: number; tookMs: number }>('POST', '/api/lab/burst', { list: 'parcels', count: events, overMs: 1_000 })
  const applied = await figure(ana, 'Events applied', new RegExp(`^${events}\\b`))
  const seconds = Number(/[\d.]+(?= s$)/.exec(applied)?.[0])
  const tasks = await stopTracing()
  const renders = Number(/\d+/.exec(await figure(ana, 'Renders of the list', /^\d+/))?.[0])
  const longestTask = await figure(ana, 'Longest task', /ms/)

  process.stdout.write([
    `burst: ${sent} events sent in ${tookMs} ms into ${rows} rows, ${changes(await shown(ana)) - changes(before)} changes applied`,
    `burst: ${renders} renders of the list in the ${seconds} s in which they came, ${calls.made.length} HTTP calls`,
    `burst: ${tasks.length} tasks of the page; the longest used the processor for ${longest(tasks, 'cpuMs')} ms, by the wall clock ${longest(tasks, 'wallMs')} ms; the page itself saw: ${longestTask.trim()}`,
    '',
  ].join('\n'))
  const stored = await (await stage.server.as('bo'))<Todo[]>('GET', '/api/todos/parcels')
  expect(await shown(ana)).toEqual(Object.fromEntries(stored.map(({ id, revision, done }) => [id, `${revision} ${done}`])))
  expect(changes(await shown(ana)) - changes(before)).toBe(events)
  expect(renders).toBeGreaterThan(1)
  // A busy machine may stretch the second, and every further frame of it may draw.
  expect(renders).toBeLessThanOrEqual(mostRenders * Math.max(1, seconds))
  expect(calls.made).toEqual([])
  expect(tasks.length).toBeGreaterThan(renders)
  // What a task used of the processor is ours; what it waited for one is the machine's.
  expect(tasks.filter(({ cpuMs }) => cpuMs > longTaskMs)).toEqual([])
})

test('the button sends a burst to every window, and each counts what it cost', async () => {
  const [ana, bo] = await Promise.all([stage.tab('/?as=ana#/lab'), stage.tab('/?as=bo#/lab')])
  for (const page of [ana, bo]) await page.locator('.line[data-phase="live"]').waitFor()
  for (const page of [ana, bo]) await page.locator('.parcel').first().waitFor()
  await ana.getByRole('button', { name: `Burst ${events}` }).click()
  for (const page of [ana, bo]) {
    await figure(page, 'Events applied', new RegExp(`^${events}\\b`))
    expect(await figure(page, 'HTTP calls', /^\d/)).toMatch(/^0\b/)
  }
  expect(await shown(bo)).toEqual(await shown(ana))
})

/** Waits until the figure of that name reads so; resolves with its text. */
async function figure(page: Page, name: string, reads: RegExp): Promise<string> {
  const value = page.locator('.meter > div', { hasText: name }).locator('dd').filter({ hasText: reads })
  await value.waitFor()
  return await value.textContent() ?? ''
}

/** Every row as it is shown: its revision and whether it is ticked. */
function shown(page: Page): Promise<Record<string, string>> {
  return page.locator('.parcel').evaluateAll((rows) => Object.fromEntries(rows.map((row) => {
    const { parcel = '', revision, done } = (row as HTMLElement).dataset
    return [parcel, `${revision} ${done}`]
  })))
}

const changes = (rows: Record<string, string>) => Object.values(rows).reduce((sum, row) => sum + Number.parseInt(row, 10), 0)
const longest = (tasks: readonly { cpuMs: number; wallMs: number }[], by: 'cpuMs' | 'wallMs') => Math.max(0, ...tasks.map((task) => task[by])).toFixed(1)
