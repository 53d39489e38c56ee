import type { Todo } from 'demo-api/contract'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { setStage } from './stage.js'

const stage = setStage()

test('the shared list is equal in two windows through adding, ticking and removing on both sides', async () => {
  const [ana, sam] = await Promise.all([stage.tab('/?as=ana#/todos'), stage.tab('/?as=sam#/todos')])
  const api = await stage.server.as('bo')
  for (const page of [ana, sam]) await page.locator('.line[data-phase="live"]').waitFor()

  await add(ana, 'Buy candles')
  await add(sam, 'Fix the bell')
  for (const page of [ana, sam]) for (const text of ['Buy candles', 'Fix the bell']) await page.getByRole('checkbox', { name: text }).waitFor()

  await sam.getByRole('checkbox', { name: 'Buy candles' }).check()
  await ana.locator('.todo:has(:checked)', { hasText: 'Buy candles' }).waitFor()
  await ana.getByRole('button', { name: 'Remove Fix the bell' }).click()
  await sam.getByRole('checkbox', { name: 'Fix the bell' }).waitFor({ state: 'detached' })
  await ana.getByRole('checkbox', { name: 'Fix the bell' }).waitFor({ state: 'detached' })
  expect(await ana.evaluate(() => document.activeElement?.id)).toBe('new-todo')

  const stored = (await api<Todo[]>('GET', '/api/todos/home')).map(({ text, done }) => `${done ? 'x' : ' '} ${text}`)
  expect(await shown(ana)).toEqual(stored)
  expect(await shown(sam)).toEqual(stored)
})

async function add(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'New to-do' }).fill(text)
  await page.keyboard.press('Enter')
}

function shown(page: Page): Promise<string[]> {
  return page.locator('.todo').evaluateAll((rows) => rows.map((row) => `${row.querySelector('input')?.checked ? 'x' : ' '} ${row.querySelector('.todo-text')?.textContent}`))
}
