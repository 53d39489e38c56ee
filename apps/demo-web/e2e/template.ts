import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { browserProgram, flags } from './chromium.js'
import { DemoServer } from './demo-server.js'

declare module 'vitest' {
  interface ProvidedContext { template: string; browser: string }
}

/** Makes the database once, every file of tests starts on a copy, and the browser, in which every test opens windows of its own. */
export default async function template(project: TestProject): Promise<() => Promise<void>> {
  const server = await DemoServer.start()
  await server.stop()
  project.provide('template', server.folder)
  const browser = await chromium.launchServer({ executablePath: browserProgram, args: flags })
  project.provide('browser', browser.wsEndpoint())
  return async () => {
    await browser.close()
    await server.remove()
  }
}
