import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium, type BrowserContext } from 'playwright-core'
import { browserProgram, flags } from './chromium.js'

export interface PlainBrowser {
  readonly window: BrowserContext
  close(): Promise<void>
}

/**
 * Chromium as people have it. The one that Playwright launches has no back/forward cache, and each of its tabs believes
 * to be the visible one.
 */
export async function openPlainBrowser(): Promise<PlainBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'rooms-chromium-'))
  const child = spawn(browserProgram, [...flags, '--remote-debugging-port=0', `--user-data-dir=${folder}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] })
  const close = async () => {
    child.kill()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const browser = await chromium.connectOverCDP(await addressOf(child.stderr), { noDefaults: true })
    const [window] = browser.contexts()
    if (!window) throw new Error('Chromium has no window.')
    return {
      window,
      async close() {
        await browser.close()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function addressOf(said: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(said)) {
    const [address] = /ws:\/\/\S+/.exec(line) ?? []
    if (address !== undefined) {
      said.resume()
      return address
    }
  }
  throw new Error('Chromium ended before it said where it listens.')
}
