import type { Order } from 'demo-api/contract'
import { expect, test } from 'vitest'
import { countCalls } from './calls.js'
import { setStage } from './stage.js'

const stage = setStage()

test('figures follow what happens in the shop, one way, without another request', async () => {
  const sam = await stage.tab('/?as=sam#/orders')
  await sam.locator('[data-row]').first().waitFor()
  const calls = countCalls(sam)
  await sam.getByRole('link', { name: 'Figures' }).click()
  const open = sam.locator('[data-figure="Open orders"] strong')
  await open.waitFor()
  const before = Number(await open.textContent())
  expect(calls.made).toEqual(['GET /sse/figures'])

  await (await stage.server.as('ana'))<Order>('POST', '/api/orders', { item: 'Counted', quantity: 1 })
  await sam.locator('[data-figure="Open orders"]').getByText(String(before + 1), { exact: true }).waitFor()
  const ana = await stage.tab('/?as=ana#/chat/lobby')
  await sam.locator('[data-figure="People online"]').getByText('2', { exact: true }).waitFor()
  await ana.getByRole('textbox', { name: 'Message' }).fill('Counted too')
  await ana.keyboard.press('Enter')
  await sam.locator('[data-figure="Messages in the last minute"]').getByText(/^[1-9]/).waitFor()
  expect(calls.made).toEqual(['GET /sse/figures'])
})

test('without a network the figures stay and say how old they are, and go on when it is back', async () => {
  const sam = await stage.tab('/?as=sam#/figures')
  await sam.getByText(/^Over server-sent events, as of/).waitFor()
  const cut = sam.getByRole('switch', { name: 'Cut network' })
  await cut.click()
  await sam.getByText(/^Not up to date: as of/).waitFor()
  await sam.locator('[data-figure="Open orders"] strong').waitFor()
  await cut.click()
  await sam.getByText(/^Over server-sent events, as of/).waitFor()
})

test('a session whose token the stream refuses, and the next one too, ends in the sign-in, which says why', async () => {
  const sam = await stage.tab('/?as=sam#/orders')
  await sam.locator('.line[data-phase="live"]').waitFor()
  await sam.route('**/sse/figures*', (route) => route.fulfill({ status: 401, json: { type: 'bye', code: 4001, reason: 'expired', retry: 'refresh' } }))
  await sam.getByRole('link', { name: 'Figures' }).click()
  await sam.getByText('Please sign in again').waitFor()
})

test('a customer has no way to the figures, and finds her orders at their address', async () => {
  const ana = await stage.tab('/?as=ana#/figures')
  await ana.getByRole('heading', { name: 'Your orders' }).waitFor()
  expect(await ana.getByRole('link', { name: 'Figures' }).count()).toBe(0)
})
