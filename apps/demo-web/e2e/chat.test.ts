import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { setStage } from './stage.js'

const stage = setStage()
const graceMs = 5_000

test('typing shows “Ana is typing…” to the other person, and goes away when she sends', async () => {
  const [ana, bo] = await Promise.all([stage.tab('/?as=ana#/chat/lobby'), stage.tab('/?as=bo#/chat/lobby')])
  await here(bo, ['Ana', 'Bo'])
  const typing = bo.getByRole('status', { name: 'Typing' })
  await message(ana).pressSequentially('On my way')
  await typing.getByText('Ana is typing…', { exact: true }).waitFor()
  expect(await ana.getByRole('status', { name: 'Typing' }).textContent()).toBe('')
  await message(ana).press('Enter')
  await typing.getByText('Ana is typing…').waitFor({ state: 'detached' })
  await message(ana).pressSequentially('x')
  await typing.getByText('Ana is typing…').waitFor()
  await message(ana).press('Backspace')
  await typing.getByText('Ana is typing…').waitFor({ state: 'detached' })
})

test('a chat has its places and its title from the start: nothing jumps as it loads', async () => {
  const ana = await stage.tab('/mark.svg')
  let answer = () => {}
  const held = new Promise<void>((resolve) => { answer = resolve })
  await ana.route(/\/api\/chats/, async (route) => {
    await held
    await route.continue()
  })
  await ana.goto(`${stage.server.url}/?as=ana#/chat/lobby`)
  const title = ana.getByRole('heading', { name: 'Lobby', exact: true })
  await title.waitFor()
  await message(ana).waitFor()
  const places = () => ana.evaluate(() => ['h2', '.chat-panel', '.composer'].map((part) => document.querySelector(part)?.getBoundingClientRect().toJSON() as unknown))
  const before = await places()
  answer()
  await ana.locator('.message').first().waitFor()
  await ana.getByRole('link', { name: 'Support' }).waitFor()
  await here(ana, ['Ana'])
  expect(await places()).toEqual(before)
  expect(await title.count()).toBe(1)
})

test('a message appears once in both pages, and the sender sees it sent', async () => {
  const [ana, bo] = await Promise.all([stage.tab('/?as=ana#/chat/lobby'), stage.tab('/?as=bo#/chat/lobby')])
  await here(bo, ['Ana', 'Bo'])
  await message(ana).fill('Is the door open?')
  await message(ana).press('Enter')
  const mine = ana.locator('.message', { hasText: 'Is the door open?' })
  await bo.getByRole('log').getByText('Is the door open?').waitFor()
  await ana.locator('.message[data-state="arrived"]', { hasText: 'Is the door open?' }).getByText('Sent').waitFor()
  await message(bo).fill('It is.')
  await message(bo).press('Enter')
  await ana.getByRole('log').getByText('It is.').waitFor()
  expect(await mine.count()).toBe(1)
  expect(await bo.locator('.message', { hasText: 'Is the door open?' }).count()).toBe(1)
})

test('two tabs are one person, who stays until the last tab is gone and the grace is over', async () => {
  const anas = await stage.window()
  const [bo, first, second] = await Promise.all([stage.tab('/?as=bo#/chat/support'), stage.tab('/?as=ana#/chat/support', anas), stage.tab('/?as=ana#/chat/support', anas)])
  await here(bo, ['Ana', 'Bo'])
  await here(first, ['Ana', 'Bo'])
  await here(second, ['Ana', 'Bo'])
  await bo.evaluate(() => {
    window.missed = []
    const faces = document.querySelector('.faces')
    if (faces) new MutationObserver(() => { if (!faces.textContent?.includes('A')) window.missed.push(Date.now()) }).observe(faces, { subtree: true, childList: true })
  })

  await first.close()
  await second.reload()
  await here(second, ['Ana', 'Bo'])
  expect(await bo.evaluate(() => window.missed)).toEqual([])

  const closedAt = Date.now()
  await second.close()
  await here(bo, ['Bo'])
  const [goneAt = 0] = await bo.evaluate(() => window.missed)
  process.stdout.write(`presence, last tab closed to gone: ${goneAt - closedAt} ms\n`)
  expect(goneAt - closedAt).toBeGreaterThanOrEqual(graceMs - 500)
  expect(goneAt - closedAt).toBeLessThan(graceMs + 5_000)
})

test('a reader further up is not moved; what is new waits behind a button', async () => {
  const [ana, bo] = await Promise.all([stage.tab('/?as=ana#/chat/upstairs'), stage.tab('/?as=bo#/chat/upstairs')])
  await here(bo, ['Ana', 'Bo'])
  const say = async (text: string) => {
    await message(bo).fill(text)
    await message(bo).press('Enter')
    await ana.getByRole('log').getByText(text, { exact: true }).waitFor()
  }
  for (let line = 1; line <= 20; line++) await say(`Line ${line}`)
  const log = ana.getByRole('log')
  await log.evaluate((element) => new Promise((resolve) => {
    element.addEventListener('scroll', resolve, { once: true })
    element.scrollTop = 0
  }))
  for (const text of ['One more', 'And another', 'Last one']) await say(text)
  expect(await log.evaluate((element) => element.scrollTop)).toBe(0)
  await ana.getByRole('button', { name: '3 new messages' }).click()
  await ana.getByRole('button', { name: '3 new messages' }).waitFor({ state: 'detached' })
  expect(await log.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight)).toBeLessThan(2)
})

const message = (page: Page) => page.getByRole('textbox', { name: 'Message' })

/** Waits until the faces are exactly these people, in any order. */
async function here(page: Page, names: readonly string[]): Promise<void> {
  await page.waitForFunction((names) => {
    const shown = [...document.querySelectorAll('.faces [role="img"]')].map((face) => face.getAttribute('aria-label'))
    return shown.length === names.length && names.every((name) => shown.includes(name))
  }, names)
}

declare global {
  interface Window { missed: number[] }
}
