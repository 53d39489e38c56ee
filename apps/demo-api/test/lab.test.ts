import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Todo } from '../src/contract.js'
import { startDemo, type Demo } from './demo.js'

let demo: Demo
beforeAll(async () => { demo = await startDemo() })
afterAll(() => demo.close())

const burst = (list: string, count: number, overMs: number) => demo.ask('ana', '/api/lab/burst', { method: 'POST', body: { list, count, overMs } })
const rowsOf = async (list: string) => (await demo.ask('ana', `/api/todos/${list}`)).json<Todo[]>()

test('a burst into one row writes every change and sends each as an event, in order', async () => {
  const todo = (await demo.ask('ana', '/api/todos/short', { method: 'POST', body: { text: 'One' } })).json<Todo>()
  const last = { ...todo, done: true, revision: 42 }
  expect((await burst('short', 41, 0)).json()).toMatchObject({ sent: 41, todo: last })
  expect(await rowsOf('short')).toEqual([last])
  const revisions = (await demo.app.rooms.history('todo:short')).map(({ data }) => ('revision' in data ? data.revision : 0))
  expect(revisions).toEqual(Array.from({ length: 42 }, (_, turn) => turn + 1))
})

test('a burst into a thousand rows changes as many of them as it says, and spreads its events over the time', async () => {
  const before = await rowsOf('parcels')
  expect(before).toHaveLength(1_000)
  const { sent, tookMs } = (await burst('parcels', 500, 200)).json()
  expect(sent).toBe(500)
  expect(tookMs).toBeGreaterThanOrEqual(195)
  const after = await rowsOf('parcels')
  expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id))
  expect(after.reduce((sum, { revision }) => sum + revision - 1, 0)).toBe(500)
})

test('a burst into an empty list says what to do', async () => {
  expect((await burst('nothing', 1, 0)).json()).toMatchObject({ status: 404, detail: expect.stringContaining('Add one first') })
})
