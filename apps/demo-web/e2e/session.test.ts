import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { setStage } from './stage.js'

const stage = setStage()

test('a page whose token is refused gets another one and goes on, without asking anybody', async () => {
  const page = await stage.tab('/mark.svg')
  const renewed = page.waitForResponse('**/api/session')
  const sockets = await withBadToken(page, 'ana')
  await page.locator('.line[data-phase="live"]').waitFor()
  await page.getByRole('heading', { name: 'Your orders' }).waitFor()
  expect((await renewed).status()).toBe(200)
  expect(sockets.opened).toBeLessThanOrEqual(2)
})

test('a page whose token the socket refuses, and whose login is over, stops trying and asks to sign in again', async () => {
  const page = await stage.tab('/mark.svg')
  await page.route('**/api/orders', (route) => route.fulfill({ json: [] }))
  const sockets = await withBadToken(page, 'gone')
  await page.getByText('Please sign in again').waitFor()
  await page.getByRole('button', { name: /^Ana/ }).waitFor()
  expect(sockets.opened).toBe(1)

  await page.clock.fastForward('10:00')
  await page.getByRole('button', { name: /^Ana/ }).click()
  await page.locator('.line[data-phase="live"]').waitFor()
  expect(sockets.opened).toBe(2)
})

test('a page whose token REST refuses, and whose login is over, asks to sign in again and leaves no socket trying', async () => {
  const page = await stage.tab('/mark.svg')
  const sockets = await withBadToken(page, 'gone')
  await page.getByText('Please sign in again').waitFor()
  await page.clock.fastForward('10:00')
  expect(sockets.opened).toBeLessThanOrEqual(2)
})

test('signing in, moving between screens, ordering and signing out need only the keyboard', async () => {
  const page = await stage.tab('/')
  await page.getByRole('button', { name: /^Bo/ }).waitFor()
  await tabTo(page, /^Bo/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Your orders' }).waitFor()

  await tabTo(page, /^$/, 'item')
  await page.keyboard.type('Ordered by keyboard')
  await page.keyboard.press('Enter')
  const row = page.locator('.order', { hasText: 'Ordered by keyboard' })
  await row.waitFor()
  await tabTo(page, /^Pay order/)
  await page.keyboard.press('Enter')
  await page.locator('.order[data-status="paid"]', { hasText: 'Ordered by keyboard' }).waitFor()
  expect(await row.evaluate((element) => element.contains(document.activeElement))).toBe(true)

  await tabTo(page, /^Chat$/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Lobby' }).waitFor()
  await page.waitForFunction(() => document.activeElement?.tagName === 'H2')
  await tabTo(page, /^Sign out$/)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: /^Bo/ }).waitFor()
})

test('no screen scrolls sideways at 360 pixels', async () => {
  const narrow = await stage.window({ viewport: { width: 360, height: 740 } })
  for (const path of ['/', '/?as=sam#/orders', '/?as=ana#/orders', '/?as=ana#/chat/lobby', '/?as=ana#/todos', '/?as=ana#/pantry', '/?as=ana#/lab', '/?as=sam#/figures', '/?pane']) {
    const page = await stage.tab(path, narrow)
    await page.locator('main, iframe').first().waitFor()
    if (path.includes('as=')) await page.locator('.line[data-phase="live"]').waitFor()
    const tooWide = await page.evaluate(() => [document.documentElement, ...document.querySelectorAll('main')].filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.tagName))
    expect([path, ...tooWide]).toEqual([path])
    await page.close()
  }
})

/** Opens the orders with a session nobody signed, of somebody whom the server knows or does not. The page's clock can be moved. */
async function withBadToken(page: Page, id: 'ana' | 'gone'): Promise<{ opened: number }> {
  const sockets = { opened: 0 }
  page.on('websocket', () => { sockets.opened++ })
  await page.clock.install()
  await page.evaluate((person) => sessionStorage.setItem('rooms-demo', JSON.stringify({ token: 'nobody.signed.this', person: { id: person, name: 'Ana', role: 'customer' } })), id)
  await page.goto(`${stage.server.url}/#/orders`)
  return sockets
}

/** Presses Tab until the focus is on what is named so (or on the field called `field`), and sees that the focus shows. */
async function tabTo(page: Page, name: RegExp, field?: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    const [text, fieldName, outline] = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement
      const said = element.cloneNode(true) as HTMLElement
      for (const part of said.querySelectorAll('[aria-hidden="true"]')) part.remove()
      return [said.textContent.trim(), element.getAttribute('name'), getComputedStyle(element).outlineStyle] as const
    })
    if (field === undefined ? !name.test(text) : fieldName !== field) continue
    expect(outline).not.toBe('none')
    return
  }
  throw new Error(`Sixty presses of Tab did not reach ${field ?? String(name)}.`)
}
