import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { setStage } from './stage.js'

const stage = setStage()

test('while live updates are paused nothing on the screen says that it is live, and when they go on it says so', async () => {
  const ana = await stage.tab('/mark.svg')
  const { say } = await between(ana)
  await ana.goto(`${stage.server.url}/?as=ana#/orders`)
  await ana.locator('.line[data-phase="live"]').waitFor()
  say({ type: 'live', on: false })
  await ana.locator('.line').getByText('Live updates paused').waitFor()
  expect(await ana.getByText(/^Live$/).count()).toBe(0)
  expect(await ana.getByRole('button', { name: 'Retry now' }).count()).toBe(0)
  say({ type: 'live', on: true })
  await ana.locator('.line').getByText(/^Back online/).waitFor()
  expect(await ana.getByText('Live updates paused').count()).toBe(0)
})

test('the line has its place from the start: what it says moves nothing, and a gap under 1.5 s says nothing', async () => {
  const ana = await stage.tab('/?as=ana#/orders')
  const line = ana.locator('.line')
  await ana.locator('.line[data-phase="live"]').waitFor()
  await ana.locator('[data-row]').first().waitFor()
  const places = () => ana.evaluate(() => ['.line', '.screen', '[data-row]'].map((part) => document.querySelector(part)?.getBoundingClientRect().toJSON() as unknown))
  const before = await places()
  await ana.clock.install()
  // Stopped, so that the patience is measured by the test alone, however long the server takes to end.
  await ana.clock.pauseAt(await ana.evaluate(() => Date.now() + 1_000))
  await ana.evaluate(() => {
    window.said = []
    const status = document.querySelector('.line [role="status"]')
    if (status) new MutationObserver(() => window.said.push(status.textContent ?? '')).observe(status, { subtree: true, childList: true, characterData: true })
  })

  const { port } = stage.server
  await stage.server.stop()
  await ana.locator('.line[data-phase="patient"]').waitFor()
  await ana.clock.fastForward(1_400)
  expect(await line.getByRole('status').textContent()).toBe('Live')
  await ana.clock.fastForward(200)
  await line.getByText('Reconnecting…').waitFor()
  await line.getByText(/^retry in \d+ s$/).waitFor()
  await line.getByText(/^last synced/).waitFor()
  expect(await places()).toEqual(before)

  await ana.clock.fastForward(30_000)
  await line.getByText(/^retry in/).waitFor()
  await stage.server.listen(port)
  await ana.clock.resume()
  await line.getByRole('button', { name: 'Retry now' }).click()
  await line.getByText(/^Back online/).waitFor()
  expect(await places()).toEqual(before)
  // Seconds and attempts pass in silence: only the phases are for a screen reader.
  expect(await ana.evaluate(() => window.said)).toEqual(['Reconnecting…', 'Back online'])
})

test('a window whose network is cut says so at once, and never that it is live', async () => {
  const ana = await stage.tab('/?as=ana#/orders')
  const line = ana.locator('.line')
  await ana.locator('.line[data-phase="live"]').waitFor()
  await ana.evaluate(() => {
    window.said = []
    const status = document.querySelector('.line [role="status"]')
    if (status) new MutationObserver(() => window.said.push(status.textContent ?? '')).observe(status, { subtree: true, childList: true, characterData: true })
  })
  const cut = ana.getByRole('switch', { name: 'Cut network' })
  await cut.click()
  await line.getByText('Reconnecting…').waitFor()
  await cut.click()
  await line.getByText(/^Back online/).waitFor()
  expect(await ana.evaluate(() => window.said)).toEqual(['Network cut', 'Reconnecting…', 'Back online'])
})

test('Retry now brings a page back without waiting for the next attempt', async () => {
  const ana = await stage.tab('/mark.svg')
  // Chance makes the waits long, so that an attempt that comes by itself cannot be taken for the one that was asked for.
  await ana.addInitScript(() => { Math.random = () => 0.99 })
  await ana.goto(`${stage.server.url}/?as=ana#/orders`)
  const line = ana.locator('.line')
  await ana.locator('.line[data-phase="live"]').waitFor()
  const { port } = stage.server
  await ana.clock.install()
  await stage.server.stop()
  for (let attempt = 1; attempt <= 6; attempt++) {
    await ana.clock.fastForward(20_000)
    await line.getByText(/^retry in/).waitFor()
  }
  await line.getByText(/^retry in 1\d s$/).waitFor()
  await stage.server.listen(port)
  await line.getByRole('button', { name: 'Retry now' }).click()
  await line.getByText(/^Back online/).waitFor({ timeout: 8_000 })
}, 60_000)

/** Puts words of the server into the page's socket. */
async function between(page: Page): Promise<{ say(frame: object): void }> {
  const say: ((text: string) => void)[] = []
  await page.routeWebSocket(/\/ws/, (socket) => {
    socket.connectToServer()
    say.push((text) => socket.send(text))
  })
  return { say: (frame) => say.at(-1)?.(JSON.stringify(frame)) }
}

declare global {
  interface Window { said: string[] }
}
