import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hasNginx, startNginx } from '../../../scripts/nginx.mjs'
import { setStage } from './stage.js'

const stage = setStage()
/** As nginx is set up without a word about upgrades, but with the host that the browser asked for. */
const PLAIN = 'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;'

async function behind(location: string): Promise<Page> {
  const { url, stop } = await startNginx([stage.server.url], location)
  onTestFinished(stop)
  const page = await stage.tab('/mark.svg')
  await page.goto(`${url}/?as=ana#/orders`)
  return page
}

describe.runIf(hasNginx)('the page behind nginx', () => {
  test('that blocks upgrades is live over server-sent events, says so, and shows what others change', async () => {
    const page = await behind(PLAIN)
    const began = performance.now()
    await page.locator('.line').getByText('Live over server-sent events').waitFor()
    process.stdout.write(`live over server-sent events ${Math.round(performance.now() - began)} ms after the page was loaded\n`)
    await seesOthers(page)
  })

  test('that holds answers back is live over long polling, says so, and shows what others change', async () => {
    const page = await behind(`${PLAIN} proxy_ignore_headers X-Accel-Buffering; proxy_buffering on; gzip on; gzip_types *; gzip_min_length 1;`)
    const began = performance.now()
    await page.locator('.line').getByText('Live over long polling').waitFor()
    process.stdout.write(`live over long polling ${Math.round(performance.now() - began)} ms after the page was loaded\n`)
    await seesOthers(page)
  })
})

/** A change made elsewhere reaches the page without a request of its own for data. */
async function seesOthers(page: Page): Promise<void> {
  await page.locator('[data-row]').first().waitFor()
  const before = await page.locator('[data-row]').count()
  const call = await stage.server.as('ana')
  await call('POST', '/api/orders', { item: 'Tea behind a proxy', quantity: 1 })
  await page.getByText('Tea behind a proxy').first().waitFor()
  expect(await page.locator('[data-row]').count()).toBe(before + 1)
}
