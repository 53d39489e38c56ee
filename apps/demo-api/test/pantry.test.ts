import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StandingOrder } from '../src/contract.js'
import { startDemo, type Demo } from './demo.js'

let demo: Demo
beforeAll(async () => { demo = await startDemo() })
afterAll(() => demo.close())

const add = (user: string, id: string, by: number, eventId?: string) => demo.ask(user, `/api/pantry/${id}`, { method: 'POST', body: { by }, eventId })
const quantityOf = async (id: string) => (await demo.ask('bo', '/api/pantry')).json<StandingOrder[]>().find((order) => order.id === id)?.quantity

test('everybody sees the same order, by name, with its place in the room', async () => {
  const [ana, bo] = await Promise.all([demo.ask('ana', '/api/pantry'), demo.ask('bo', '/api/pantry')])
  expect(ana.json<StandingOrder[]>().map(({ id, revision }) => [id, revision])).toEqual([['sugar', 1], ['beans', 1], ['oat-milk', 1], ['filters', 1]])
  expect(bo.json()).toEqual(ana.json())
  expect(ana.headers['rooms-position']).toBe(`pantry=${await demo.app.rooms.position('pantry')}`)
})

test('what two people add at once is added up, and each change is told to the room', async () => {
  const room = await demo.join('cleo', 'pantry')
  const before = await quantityOf('beans') ?? NaN
  const answers = await Promise.all([add('ana', 'beans', 5), add('bo', 'beans', 5)])
  const told = [await room.next('order.updated'), await room.next('order.updated')].map(({ data }) => data)
  expect(told).toEqual(expect.arrayContaining(answers.map((answer) => answer.json<StandingOrder>())))
  expect(await quantityOf('beans')).toBe(before + 10)
})

test('a change retried after a lost reply is made once', async () => {
  const before = await quantityOf('sugar') ?? NaN
  await add('ana', 'sugar', 1, 'pantry-retried')
  expect((await add('ana', 'sugar', 1, 'pantry-retried')).json()).toMatchObject({ quantity: before + 1 })
  expect(await quantityOf('sugar')).toBe(before + 1)
})

test('a quantity stays between 0 and 99', async () => {
  expect((await add('ana', 'filters', -99)).json()).toMatchObject({ quantity: 0 })
  expect((await add('ana', 'filters', 99)).json()).toMatchObject({ quantity: 99 })
  expect((await add('ana', 'filters', 1)).json()).toMatchObject({ quantity: 99 })
})

test('what the pantry does not have answers 404', async () => {
  expect((await add('ana', 'tea', 1)).json()).toMatchObject({ status: 404, code: 'order_unknown' })
})
