import type { Order } from 'demo-api/contract'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { countCalls } from './calls.js'
import { setStage } from './stage.js'

const stage = setStage()
const items = ['Scale', 'Tamper', 'Cups, 6', 'Descaler', 'Syrup', 'Cold brew jug', 'Gift card']
const way = ['paid', 'shipped', 'delivered'] as const

test('a status changed over REST by one person appears in the other’s page within 200 ms, without a request', async () => {
  const api = await stage.server.as('ana')
  const orders: Order[] = []
  for (const item of items) orders.push(await api<Order>('POST', '/api/orders', { item, quantity: 1 }))

  const ana = await stage.tab('/?as=ana#/orders')
  const sam = await stage.tab('/?as=sam#/orders')
  for (const { id } of orders) for (const page of [ana, sam]) await page.locator(`[data-row="${id}"]`).waitFor()
  await live(ana)
  await live(sam)
  await stampClicks(sam)

  const calls = countCalls(ana)
  const tookMs: number[] = []
  for (const { id } of orders) {
    for (const status of way) {
      const seen = seenAt(ana, id, status)
      await sam.locator(`[data-row="${id}"] .order-steps button`).first().click()
      tookMs.push((await seen) - (await sam.evaluate(() => window.clickedAt)))
      await sam.locator(`[data-row="${id}"][data-status="${status}"]`).waitFor()
    }
  }

  const sorted = tookMs.toSorted((a, b) => a - b)
  const median = sorted[sorted.length >> 1] ?? NaN
  process.stdout.write(`order status, click to other page: median ${median.toFixed(1)} ms, slowest ${sorted.at(-1)?.toFixed(1)} ms, ${tookMs.length} changes, ${calls.made.length} requests by the watching page\n`)
  expect(tookMs.length).toBeGreaterThanOrEqual(20)
  expect(median).toBeLessThan(200)
  expect(calls.made).toEqual([])
})

test('an order that changes moves and lights up; with reduced motion it only lights up', async () => {
  const api = await stage.server.as('bo')
  const older = await api<Order>('POST', '/api/orders', { item: 'Older', quantity: 1 })
  await api<Order>('POST', '/api/orders', { item: 'Newer', quantity: 1 })
  const moving = await stage.tab('/?as=bo#/orders', await stage.window({ reducedMotion: 'no-preference' }))
  const still = await stage.tab('/?as=bo#/orders')
  for (const page of [moving, still]) {
    await live(page)
    await page.locator(`[data-row="${older.id}"]`).waitFor()
    await page.evaluate(() => {
      const animate = Element.prototype.animate
      window.animated = []
      Element.prototype.animate = function (frames, options) {
        window.animated.push(`${(this as HTMLElement).dataset['row']} ${Object.keys(frames ?? {}).join()}`)
        return animate.call(this, frames, options)
      }
    })
  }
  await api('POST', `/api/orders/${older.id}/status`, { status: 'paid' })
  for (const page of [moving, still]) await page.locator(`li:first-child[data-row="${older.id}"][data-status="paid"]`).waitFor()
  expect(await moving.evaluate(() => window.animated)).toEqual(expect.arrayContaining([`${older.id} transform`, `${older.id} backgroundColor`]))
  expect(await still.evaluate(() => window.animated)).toEqual([`${older.id} backgroundColor`])

  // A new card stands in its place at once: no other may glide over it.
  await moving.evaluate(() => { window.animated = [] })
  const { id } = await api<Order>('POST', '/api/orders', { item: 'Newest', quantity: 1 })
  await moving.locator(`[data-row="${id}"]`).waitFor()
  expect(await moving.evaluate(() => window.animated)).toEqual([`${id} backgroundColor`])
})

test('a step the server refuses says why, and the order goes back to what it was', async () => {
  const api = await stage.server.as('cleo')
  const { id } = await api<Order>('POST', '/api/orders', { item: 'Refused', quantity: 1 })
  const cleo = await stage.tab('/?as=cleo#/orders')
  const row = cleo.locator(`[data-row="${id}"]`)
  await live(cleo)
  await cleo.route('**/status', (route) => route.fulfill({ status: 409, json: { detail: 'This order is being packed.' } }))
  await row.getByRole('button', { name: `Cancel order ${id}` }).click()
  await row.getByRole('alert').getByText('This order is being packed.').waitFor()
  expect(await row.getAttribute('data-status')).toBe('new')
})

async function live(page: Page): Promise<void> {
  await page.locator('.line[data-phase="live"]').waitFor()
}

/** When this page first showed the status, by the machine's clock. */
function seenAt(page: Page, id: string, status: string): Promise<number> {
  return page.evaluate(([id, status]) => new Promise<number>((resolve) => {
    const row = () => document.querySelector(`[data-row="${id}"][data-status="${status}"]`)
    const observer = new MutationObserver(() => {
      if (!row()) return
      observer.disconnect()
      resolve(performance.timeOrigin + performance.now())
    })
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-status'] })
  }), [id, status] as const)
}

async function stampClicks(page: Page): Promise<void> {
  await page.evaluate(() => document.addEventListener('click', () => { window.clickedAt = performance.timeOrigin + performance.now() }, { capture: true }))
}

declare global {
  interface Window { clickedAt: number; animated: string[] }
}
