import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, inject } from 'vitest'
import { DemoServer } from './demo-server.js'

const screenshots = fileURLToPath(new URL('screenshots/', import.meta.url))

export interface Stage {
  readonly server: DemoServer
  /** A browser window of its own (own storage, own cookies). */
  window(options?: BrowserContextOptions): Promise<BrowserContext>
  /** A tab; in a window of its own unless one is given. It reports what it saw if the test fails. */
  tab(path: string, window?: BrowserContext): Promise<Page>
}

/** One server for the tests of a file; each test gets fresh windows. */
export function setStage(): Stage {
  let server: DemoServer | undefined
  let browser: Browser | undefined
  let windows: BrowserContext[] = []
  let tabs: { page: Page; log: string[] }[] = []

  beforeAll(async () => {
    server = await DemoServer.start(inject('template'))
    browser = await chromium.connect(inject('browser'))
  })

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') for (const tab of tabs) await report(task.name, tab, running().server)
    for (const window of windows) await window.close()
    windows = []
    tabs = []
  })

  afterAll(async () => {
    await browser?.close()
    await server?.remove()
  })

  const running = () => {
    if (!server || !browser) throw new Error('Use the stage inside a test: its server and browser start before the first one.')
    return { server, browser }
  }

  const window = async (options: BrowserContextOptions = {}) => {
    const opened = await running().browser.newContext({ reducedMotion: 'reduce', ...options })
    windows.push(opened)
    return opened
  }

  return {
    get server() { return running().server },
    window,
    async tab(path, inside) {
      const page = await (inside ?? await window()).newPage()
      const log: string[] = []
      tabs.push({ page, log })
      page.on('console', (message) => log.push(`${message.type()}: ${message.text()}`))
      page.on('pageerror', (error) => log.push(`uncaught: ${error.stack ?? error.message}`))
      page.on('requestfailed', (request) => log.push(`failed: ${request.method()} ${request.url()} ${request.failure()?.errorText ?? ''}`))
      await page.goto(running().server.url + path)
      return page
    },
  }
}

/** What helps to understand a failure: the picture, what the page said, what the server said. */
async function report(test: string, { page, log }: { page: Page; log: string[] }, server: DemoServer): Promise<void> {
  if (page.isClosed()) return
  const picture = join(screenshots, `${test.replace(/[^a-z0-9]+/gi, '-').slice(0, 80)}-${Date.now()}.png`)
  await page.screenshot({ path: picture, fullPage: true })
  process.stderr.write([`\n--- ${test}: ${page.url()}`, `picture: ${picture}`, ...log.slice(-40), ...(server.said ? [`server: ${server.said.slice(-2_000)}`] : []), '---\n'].join('\n'))
}
