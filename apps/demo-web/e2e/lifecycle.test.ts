import { setTimeout as stay } from 'node:timers/promises'
import type { StandingOrder } from 'demo-api/contract'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { countCalls } from './calls.js'
import { DemoServer } from './demo-server.js'
import { openPlainBrowser, type PlainBrowser } from './plain-browser.js'

const FULL = process.env['ROOMS_FULL'] === '1'
/** How long a page stays away. Beyond 5 s a client counts itself as lost, beyond 35 s the server counts it as dead. */
const awayMs = FULL ? 60_000 : 6_000
const missed = 12

let server: DemoServer
let browser: PlainBrowser
beforeAll(async () => {
  server = await DemoServer.start(inject('template'))
  browser = await openPlainBrowser()
})
afterAll(async () => {
  await browser?.close()
  await server?.remove()
})

test('a page that comes back from the back/forward cache catches up without a reload and without a request', async () => {
  const page = await livePage('/?as=ana#/pantry')
  await page.goto(`${server.url}/mark.svg`)
  const expected = await editWhileAway()
  await stay(awayMs)
  const calls = countCalls(page)
  const backAt = Date.now()
  // The page is not loaded again: there is no load event to wait for.
  await page.goBack({ waitUntil: 'commit' })
  expect(await page.evaluate(() => window.shown)).toEqual({ persisted: true, loads: 1 })
  await page.locator(`[data-row="beans"][data-quantity="${expected}"]`).waitFor()
  process.stdout.write(`back/forward cache: away for ${Math.round((backAt - leftAt) / 1_000)} s, up to date ${Date.now() - backAt} ms after coming back, ${calls.made.length} HTTP calls\n`)
  await page.locator('.line').getByText(/^(Live|Back online)/).waitFor()
  expect(calls.made).toEqual([])
  await page.close()
}, 120_000)

test('a page that was frozen in the background catches up when it is woken', async () => {
  const page = await livePage('/?as=ana#/pantry')
  const other = await browser.window.newPage()
  const session = await browser.window.newCDPSession(page)
  expect(await page.evaluate(() => document.visibilityState)).toBe('hidden')
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  const expected = await editWhileAway()
  await stay(awayMs)
  const calls = countCalls(page)
  const backAt = Date.now()
  await session.send('Page.setWebLifecycleState', { state: 'active' })
  await page.bringToFront()
  await page.locator(`[data-row="beans"][data-quantity="${expected}"]`).waitFor()
  process.stdout.write(`frozen page: away for ${Math.round((backAt - leftAt) / 1_000)} s, up to date ${Date.now() - backAt} ms after it was woken, ${calls.made.length} HTTP calls\n`)
  expect(await page.evaluate(() => window.shown.loads)).toBe(1)
  expect(calls.made).toEqual([])
  await other.close()
  await page.close()
}, 120_000)

test('a hidden tab keeps its connection and does not write at frame rate', async () => {
  const page = await livePage('/?as=ana#/lab')
  await page.locator('.parcel').first().waitFor()
  const other = await browser.window.newPage()
  expect(await page.evaluate(() => document.visibilityState)).toBe('hidden')
  const calls = countCalls(page)
  await (await server.as('bo'))('POST', '/api/lab/burst', { list: 'parcels', count: 200, overMs: 2_000 })
  const [renders, open] = await page.evaluate(async () => {
    const figure = (place: number) => document.querySelectorAll('.meter strong')[place]?.textContent
    await new Promise<void>((resolve) => {
      const look = () => { if (figure(0) === '200') resolve() }
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
      look()
    })
    return [Number(figure(1)), window.sockets.map(({ readyState }) => readyState === WebSocket.OPEN)] as const
  })
  process.stdout.write(`hidden tab: 200 events in 2 s, ${renders} writes and renders of the list, ${calls.made.length} HTTP calls\n`)
  // One write each 200 ms, where frames would make 120.
  expect(renders).toBeLessThanOrEqual(12)
  expect(open).toEqual([true])
  expect(calls.made).toEqual([])
  await other.close()
  await page.close()
})

let leftAt = 0

/** Somebody else's edits; resolves with what the pantry then holds of beans. */
async function editWhileAway(): Promise<number> {
  leftAt = Date.now()
  const bo = await server.as('bo')
  for (let edit = 1; edit < missed; edit++) await bo('POST', '/api/pantry/beans', { by: 1 })
  return (await bo<StandingOrder>('POST', '/api/pantry/beans', { by: 1 })).quantity
}

/** A live page that knows how it came to the screen and what sockets it opened. */
async function livePage(path: string): Promise<Page> {
  const page = await browser.window.newPage()
  await page.addInitScript(() => {
    window.shown = { persisted: false, loads: 0 }
    window.addEventListener('load', () => { window.shown.loads++ })
    window.addEventListener('pageshow', ({ persisted }) => { window.shown.persisted = persisted })
    window.sockets = []
    const Plain = window.WebSocket
    window.WebSocket = class extends Plain {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols)
        window.sockets.push(this)
      }
    }
  })
  await page.goto(server.url + path)
  await page.locator('.line[data-phase="live"]').waitFor()
  return page
}

declare global {
  interface Window { shown: { persisted: boolean; loads: number }; sockets: WebSocket[] }
}
