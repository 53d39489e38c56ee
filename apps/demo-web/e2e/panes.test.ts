import type { Order, StandingOrder } from 'demo-api/contract'
import type { FrameLocator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { countCalls } from './calls.js'
import { setStage } from './stage.js'

const stage = setStage()

test('an order changed by Ana moves in both windows, and each says how long it took', async () => {
  const [ana, bo] = await openPanes(await stage.tab('/?pane'))
  await ana.locator('.account').getByText('Ana').waitFor()
  await bo.locator('.account').getByText('Bo').waitFor()
  const before = await quantity(ana, 'beans')
  await more(ana, 'House beans')
  for (const pane of [ana, bo]) {
    await reads(pane, 'beans', before + 1)
    await pane.locator('[data-row="beans"]').getByText(/^\d+ ms$/).waitFor()
    await pane.locator('.lab').getByText(/Last update took \d+ ms/).waitFor()
  }
})

test('five edits on each side of a cut are replayed, not fetched again, and none is made twice', async () => {
  const page = await stage.tab('/?pane')
  const [ana, bo] = await openPanes(page)
  const before = await quantity(bo, 'oat-milk')
  const cut = bo.getByRole('switch', { name: 'Cut network' })
  await cut.click()
  await bo.locator('.line').getByText('Reconnecting…').waitFor()
  expect(await ana.locator('.line').getAttribute('data-phase')).toBe('live')

  for (let edit = 1; edit <= 5; edit++) {
    await more(ana, 'Oat milk')
    await reads(ana, 'oat-milk', before + edit)
    await more(bo, 'Oat milk')
    await reads(bo, 'oat-milk', before + edit)
  }
  await bo.locator('[data-row="oat-milk"]').getByText('5 to send').waitFor()
  const stored = async () => (await (await stage.server.as('cleo'))<StandingOrder[]>('GET', '/api/pantry')).find(({ id }) => id === 'oat-milk')
  expect((await stored())?.quantity).toBe(before + 5)

  const calls = countCalls(page)
  await cut.click()
  for (const pane of [ana, bo]) await reads(pane, 'oat-milk', before + 10)
  await bo.getByText('replayed 5, refetched 0', { exact: true }).waitFor()
  await bo.locator('.line').getByText('Back online, caught up 5 updates', { exact: true }).waitFor()
  // Each of the ten came through the room once: what was missed as a replay, the rest live.
  const changes = await bo.locator('.last-changes li').evaluateAll((lines) => lines.map((line) => `${line.querySelector('strong')?.textContent} ${line.querySelector('[data-how]')?.getAttribute('data-how')}`))
  expect(changes.filter((change) => change.startsWith('ana '))).toEqual(Array(5).fill('ana replayed'))
  expect(changes.filter((change) => change.startsWith('You '))).toEqual(Array(5).fill('You live'))
  expect(await stored()).toMatchObject({ quantity: before + 10 })
  for (const pane of [ana, bo]) expect(await pane.locator('.standing').count()).toBe(4)
  // Where the socket failed an event stream may have been tried: that is the line, not a request for data.
  expect(calls.made.filter((call) => call.includes('/api/'))).toEqual(Array(5).fill('POST /api/pantry/oat-milk'))
})

test('what a cut cost is told once and whole, and a row that caught up never says that it did not change', async () => {
  const [ana, bo] = await openPanes(await stage.tab('/?pane'))
  const beans = await quantity(bo, 'beans')
  const cut = bo.getByRole('switch', { name: 'Cut network' })
  await cut.click()
  await bo.locator('.line').getByText('Reconnecting…').waitFor()
  for (let edit = 1; edit <= 2; edit++) {
    await more(ana, 'House beans')
    await reads(ana, 'beans', beans + edit)
  }
  await more(bo, 'Oat milk')
  await bo.locator('[data-row="oat-milk"]').getByText('1 to send').waitFor()
  await bo.locator('body').evaluate(() => {
    window.told = { outcome: [], row: [] }
    const note = (said: string[], place: string) => {
      const text = document.querySelector(place)?.textContent
      if (text && text !== said.at(-1)) said.push(text)
    }
    new MutationObserver(() => {
      note(window.told.outcome, '.lab-outcome')
      note(window.told.row, '[data-row="oat-milk"] p')
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
  })

  await cut.click()
  await bo.locator('[data-row="beans"]').getByText('replayed', { exact: true }).waitFor()
  await bo.locator('[data-row="oat-milk"]').getByText(/^(confirmed|\d+ ms)$/).waitFor()
  await bo.getByText('replayed 2, refetched 0', { exact: true }).waitFor()
  await bo.locator('.lab').getByText(/^Last update (replayed|confirmed|took \d+ ms)$/).waitFor()
  const told = await bo.locator('body').evaluate(() => window.told)
  expect(told.outcome).toEqual(['replayed 2, refetched 0'])
  expect(told.row).not.toContain('No change yet')
})

test('a burst shows in both windows, and costs neither of them a request', async () => {
  const page = await stage.tab('/?pane')
  const [ana, bo] = await openPanes(page)
  await page.getByRole('link', { name: 'Burst 500' }).click()
  for (const pane of [ana, bo]) await pane.locator('.parcel').first().waitFor()
  const calls = countCalls(page)
  await ana.getByRole('button', { name: 'Burst 500' }).click()
  for (const pane of [ana, bo]) await pane.locator('.meter > div', { hasText: 'Events applied' }).getByText('500', { exact: true }).waitFor()
  expect(calls.made).toEqual(['POST /api/lab/burst'])
})

test('a change that the others overtook while a window was cut says so, and the window shows what the others did', async () => {
  const [ana, sam] = await openPanes(await stage.tab('/?pane=ana,sam#/orders'))
  const { id } = await (await stage.server.as('ana'))<Order>('POST', '/api/orders', { item: 'Beside', quantity: 1 })
  const status = (pane: FrameLocator, is: string) => pane.locator(`[data-row="${id}"][data-status="${is}"]`).waitFor()
  for (const pane of [ana, sam]) await status(pane, 'new')
  const cut = ana.getByRole('switch', { name: 'Cut network' })
  await cut.click()
  await ana.locator('.line').getByText('Reconnecting…').waitFor()
  await ana.getByRole('button', { name: `Cancel order ${id}` }).click()
  await status(ana, 'cancelled')
  await sam.getByRole('button', { name: `Mark paid order ${id}` }).click()
  await sam.getByRole('button', { name: `Ship order ${id}` }).click()
  await status(sam, 'shipped')

  await cut.click()
  await ana.getByRole('alert').getByText(`Order ${id} is shipped`).waitFor()
  await status(ana, 'shipped')
  await ana.locator('.line').getByText('Back online, caught up 2 updates', { exact: true }).waitFor()
})

async function openPanes(page: Page): Promise<readonly [FrameLocator, FrameLocator]> {
  const panes = [page.frameLocator('iframe').nth(0), page.frameLocator('iframe').nth(1)] as const
  for (const pane of panes) {
    await pane.locator('.line[data-phase="live"]').waitFor()
    await pane.locator('[data-row]').first().waitFor()
  }
  return panes
}

const more = (pane: FrameLocator, item: string) => pane.getByRole('button', { name: `One more: ${item}` }).click()
const reads = (pane: FrameLocator, id: string, quantity: number) => pane.locator(`[data-row="${id}"][data-quantity="${quantity}"]`).waitFor()
const quantity = async (pane: FrameLocator, id: string) => Number(await pane.locator(`[data-row="${id}"]`).getAttribute('data-quantity'))

declare global {
  interface Window { told: { outcome: string[]; row: string[] } }
}
