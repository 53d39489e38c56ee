import type { Order } from 'demo-api/contract'
import { expect, test } from 'vitest'
import { countCalls } from './calls.js'
import { setStage } from './stage.js'

const stage = setStage()

test('a page whose server restarts says so, keeps its data, comes back by itself and shows what was sent meanwhile', async () => {
  const ana = await stage.tab('/?as=ana#/orders')
  const line = ana.locator('.line')
  await ana.locator('.line[data-phase="live"]').waitFor()
  const before = await ana.locator('[data-row]').count()
  expect(before).toBeGreaterThan(0)

  const { port } = stage.server
  await stage.server.stop()
  await line.getByText('Reconnecting…').waitFor()
  await line.getByText(/last synced \d+ s ago/).waitFor()
  await line.getByRole('button', { name: 'Retry now' }).waitFor()
  expect(await ana.locator('[data-row]').count()).toBe(before)

  // Sent through a process on another port, so that the page cannot have heard it live.
  await stage.server.listen(0)
  const { id } = await (await stage.server.as('ana'))<Order>('POST', '/api/orders', { item: 'Sent meanwhile', quantity: 1 })
  await stage.server.stop()
  expect(await ana.locator(`[data-row="${id}"]`).count()).toBe(0)

  const startedAt = Date.now()
  await stage.server.listen(port)
  await line.getByText(/^Back online/).waitFor()
  await ana.locator(`[data-row="${id}"]`).waitFor()
  process.stdout.write(`server back to page up to date: ${Date.now() - startedAt} ms (start of the server included)\n`)

  const { id: live } = await (await stage.server.as('ana'))<Order>('POST', '/api/orders', { item: 'Live again', quantity: 1 })
  await ana.locator(`[data-row="${live}"]`).waitFor()
}, 60_000)

test('a message written without a network waits, is sent when it is back, and appears once', async () => {
  const [ana, bo] = await Promise.all([stage.tab('/?as=ana#/chat/lobby'), stage.tab('/?as=bo#/chat/lobby')])
  for (const page of [ana, bo]) await page.locator('.line[data-phase="live"]').waitFor()
  const cut = ana.getByRole('switch', { name: 'Cut network' })
  await cut.click()
  await ana.getByRole('textbox', { name: 'Message' }).fill('From the tunnel')
  await ana.keyboard.press('Enter')
  await ana.locator('.message', { hasText: 'From the tunnel' }).getByText('Sending…').waitFor()
  await cut.click()
  await bo.locator('.message', { hasText: 'From the tunnel' }).waitFor()
  await ana.locator('.message[data-state="arrived"]', { hasText: 'From the tunnel' }).waitFor()
  for (const page of [ana, bo]) expect(await page.locator('.message', { hasText: 'From the tunnel' }).count()).toBe(1)
})

test('a message that waited too long says that it was not sent, and Retry sends it once', async () => {
  const ana = await stage.tab('/?as=ana#/chat/lobby')
  await ana.locator('.line[data-phase="live"]').waitFor()
  await ana.clock.install()
  await ana.getByRole('switch', { name: 'Cut network' }).click()
  await ana.getByRole('textbox', { name: 'Message' }).fill('Too long away')
  await ana.keyboard.press('Enter')
  const mine = ana.locator('.message', { hasText: 'Too long away' })
  await mine.getByText('Sending…').waitFor()
  await ana.clock.fastForward(60_000)
  await mine.getByText(/^Not sent/).waitFor()

  await ana.getByRole('switch', { name: 'Cut network' }).click()
  await ana.locator('.line').getByText(/^Back online/).waitFor()
  const calls = countCalls(ana)
  await mine.getByRole('button', { name: 'Retry' }).click()
  await ana.locator('.message[data-state="arrived"]', { hasText: 'Too long away' }).waitFor()
  expect(await mine.count()).toBe(1)
  expect(calls.made.filter((call) => call.startsWith('POST'))).toEqual([])
})
