import type { RoomName } from 'fastify-rooms'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Order } from '../src/contract.js'
import { startDemo, type Demo } from './demo.js'

const watched = ['board', 'user:ana', 'user:bo'] as const
const before = new Map<string, string>()

let demo: Demo
beforeAll(async () => { demo = await startDemo() })
beforeEach(async () => {
  for (const room of watched) before.set(room, await demo.app.rooms.position(room))
})
afterAll(() => demo.close())

/** What the room was sent since the test began. */
const sent = async (room: RoomName) => {
  const since = before.get(room)
  return demo.app.rooms.history(room, since === undefined ? {} : { since })
}
const place = async (user: string, eventId?: string): Promise<Order> =>
  (await demo.ask(user, '/api/orders', { method: 'POST', body: { item: ' Beans ', quantity: 2 }, eventId })).json()
const setStatus = (user: string, { id }: Pick<Order, 'id'>, status: string, eventId?: string) =>
  demo.ask(user, `/api/orders/${id}/status`, { method: 'POST', body: { status }, eventId })
const owners = (orders: Order[]) => [...new Set(orders.map(({ owner }) => owner))].sort()

describe('the list', () => {
  test('holds a customer\'s own orders, newest first, with the place in their room', async () => {
    const response = await demo.ask('ana', '/api/orders')
    const orders = response.json<Order[]>()
    expect(owners(orders)).toEqual(['ana'])
    expect(orders.map(({ id }) => id)).toEqual(['1005', '1003', '1001'])
    expect(response.headers['rooms-position']).toBe(`user:ana=${await demo.app.rooms.position('user:ana')}`)
  })

  test('holds everybody\'s orders for staff, with the place in the board', async () => {
    const response = await demo.ask('sam', '/api/orders')
    expect(owners(response.json())).toEqual(['ana', 'bo', 'cleo'])
    expect(response.headers['rooms-position']).toBe(`board=${await demo.app.rooms.position('board')}`)
  })
})

describe('one order', () => {
  test('is for its owner and staff, and to others not there', async () => {
    const answers = await Promise.all(['cleo', 'sam', 'ana'].map((user) => demo.ask(user, '/api/orders/1004')))
    expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200, 404])
    expect(answers[0]?.json()).toMatchObject({ id: '1004', owner: 'cleo', ownerName: 'Cleo', status: 'new', revision: 1 })
    expect(answers[0]?.headers['rooms-position']).toMatch(/^order:1004=/)
    expect(answers[2]?.json()).toMatchObject({ code: 'order_unknown' })
  })

  test.each(['0', 'abc', '99999999999999999999'])('refuses the number %s', async (id) => {
    expect((await demo.ask('sam', `/api/orders/${id}`)).statusCode).toBe(400)
  })
})

describe('ordering', () => {
  test('stores the order and tells its owner and the board', async () => {
    const order = await place('bo', 'place-1')
    expect(order).toMatchObject({ owner: 'bo', ownerName: 'Bo', item: 'Beans', quantity: 2, status: 'new', revision: 1 })
    expect((await demo.ask('bo', `/api/orders/${order.id}`)).json()).toEqual(order)
    for (const room of ['user:bo', `order:${order.id}`, 'board'] as const) {
      expect(await sent(room)).toMatchObject([{ event: 'order.created', id: 'place-1', from: 'bo', data: order }])
    }
    expect(await sent('user:ana')).toEqual([])
  })

  test('retried with the same id makes one order', async () => {
    const first = await place('bo', 'place-2')
    expect(await place('bo', 'place-2')).toEqual(first)
    expect(await sent('board')).toHaveLength(1)
  })

  test.each([
    [{ item: '', quantity: 1 }, 'item'],
    [{ item: 'Beans', quantity: 0 }, 'quantity'],
    [{ item: 'Beans', quantity: 1.5 }, 'quantity'],
    [{ item: 'x'.repeat(81), quantity: 1 }, 'item'],
  ])('refuses %j', async (body, path) => {
    const response = await demo.ask('bo', '/api/orders', { method: 'POST', body })
    expect(response.statusCode).toBe(400)
    expect(response.json().issues).toMatchObject([{ path }])
  })
})

describe('a status change', () => {
  test('is stored, counted, and sent to the owner, the order\'s room and the board', async () => {
    const placed = await place('ana')
    const response = await setStatus('sam', placed, 'paid', 'status-1')
    expect(response.statusCode).toBe(200)
    const order = response.json<Order>()
    expect(order).toMatchObject({ id: placed.id, owner: 'ana', status: 'paid', revision: 2 })
    expect((await demo.ask('ana', `/api/orders/${order.id}`)).json()).toEqual(order)
    for (const room of ['user:ana', `order:${order.id}`, 'board'] as const) {
      expect((await sent(room)).at(-1)).toMatchObject({ event: 'order.updated', id: 'status-1', from: 'sam', data: order })
    }
    expect(await sent('user:bo')).toEqual([])
  })

  test('that is not allowed answers 409 and names what is', async () => {
    const response = await setStatus('sam', { id: '1004' }, 'delivered')
    expect(response.statusCode).toBe(409)
    expect(response.json()).toEqual({
      status: 409,
      title: 'Conflict',
      code: 'order_transition',
      detail: 'Order 1004 is new: it can become paid or cancelled, not delivered.',
      allowed: ['paid', 'cancelled'],
    })
    expect(await sent('board')).toEqual([])
  })

  test('of a finished order answers that it is final', async () => {
    const response = await setStatus('sam', { id: '1001' }, 'paid')
    expect(response.json()).toMatchObject({ status: 409, detail: 'Order 1001 is delivered, which is final: it cannot become paid.', allowed: [] })
  })

  test('to the status it has changes nothing', async () => {
    const response = await setStatus('sam', { id: '1003' }, 'paid')
    expect(response.statusCode).toBe(200)
    expect(response.json()).toMatchObject({ status: 'paid', revision: 1 })
  })

  test('by its owner may only pay or cancel, and by another customer finds nothing', async () => {
    const order = await place('cleo')
    expect((await setStatus('cleo', order, 'paid')).statusCode).toBe(200)
    const refused = await setStatus('cleo', order, 'shipped')
    expect(refused.statusCode).toBe(403)
    expect(refused.json()).toMatchObject({ code: 'staff_only', detail: 'Only staff can set an order to shipped.' })
    expect((await setStatus('bo', order, 'cancelled')).statusCode).toBe(404)
  })

  test('of an unknown order answers 404, and an unknown status 400', async () => {
    expect((await setStatus('sam', { id: '9999' }, 'paid')).statusCode).toBe(404)
    expect((await setStatus('sam', { id: '1004' }, 'lost')).json()).toMatchObject({ status: 400, issues: [{ path: 'status' }] })
  })

  test('lets one of two contrary ones win, and tells the other', async () => {
    const order = await place('ana')
    await setStatus('ana', order, 'paid')
    const answers = await Promise.all([setStatus('sam', order, 'shipped', 'race-1'), setStatus('ana', order, 'cancelled', 'race-2')])
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 409])
    const winner = answers.find((answer) => answer.statusCode === 200)?.json<Order>()
    expect((await demo.ask('ana', `/api/orders/${order.id}`)).json()).toEqual(winner)
    expect((await sent(`order:${order.id}`)).map(({ data }) => data)).toMatchObject([order, { status: 'paid' }, winner])
  })

  test('retried after somebody moved the order on answers the order as it stands, and is sent once', async () => {
    const order = await place('ana', 'moved-0')
    await setStatus('ana', order, 'paid', 'moved-1')
    await setStatus('sam', order, 'shipped', 'moved-2')
    const retried = await setStatus('ana', order, 'paid', 'moved-1')
    expect(retried.statusCode).toBe(200)
    expect(retried.json()).toMatchObject({ status: 'shipped', revision: 3 })
    expect((await sent('board')).map(({ id }) => id)).toEqual(['moved-0', 'moved-1', 'moved-2'])
  })

  test('under an id that named another change answers 409', async () => {
    const order = await place('ana')
    await setStatus('ana', order, 'paid', 'reused-1')
    const answers = [await setStatus('ana', order, 'cancelled', 'reused-1'), await setStatus('sam', order, 'paid', 'reused-1')]
    expect(answers.map((answer) => answer.json())).toMatchObject([{ status: 409, code: 'id_reused' }, { status: 409, code: 'id_reused' }])
  })
})
