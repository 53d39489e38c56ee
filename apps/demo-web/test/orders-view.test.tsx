// @vitest-environment happy-dom
import { fireEvent, screen, within } from '@testing-library/react'
import type { Order, OrderStatus } from 'demo-api/contract'
import type { MockRooms } from 'react-rooms/testing'
import { expect, test } from 'vitest'
import { OrdersView } from '../src/features/orders/orders-view.js'
import { ana, cara, onScreen, usingScreens, type Routes } from './on-screen.js'

usingScreens()

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString()
const order = (id: string, status: OrderStatus, revision = 1, item = 'Beans'): Order => ({ id, owner: 'ana', ownerName: 'Ana', item, quantity: 1, status, revision, createdAt: at(0), updatedAt: at(revision) })

/** The shop's routes over two orders. */
const shop = (change: (rooms: MockRooms, headers: Headers) => Response | Promise<Response> = () => Response.error()) => (rooms: MockRooms): Routes => ({
  'GET /orders': () => rooms.room('user:ana').response([order('1', 'new'), order('2', 'shipped', 1, 'Tea')]),
  'POST /orders/1/status': ({ headers }) => change(rooms, headers),
})
const card = (id: string) => within(screen.getByRole('listitem', { name: new RegExp(id === '1' ? 'Beans' : 'Tea') }))

test('an order that changes elsewhere moves, is told in words, and nothing is fetched again', async () => {
  const { rooms, calls } = await onScreen(ana, shop(), <OrdersView />)
  await screen.findByText('Beans')
  await rooms.flush()
  rooms.room('user:ana').send('order.updated', order('1', 'shipped', 2))
  await rooms.flush()
  card('1').getByText('Shipped')
  expect(screen.getByRole('status', { name: 'Order news' }).textContent).toBe('Beans, order 1, is now shipped')
  expect(calls('GET /orders')).toBe(1)
})

test('paying shows at once, before the server answered, and once it did', async () => {
  let answer = (): void => {}
  const { rooms, calls } = await onScreen(ana, shop((mock, headers) => new Promise((resolve) => {
    answer = () => {
      const paid = order('1', 'paid', 2)
      mock.room('user:ana').send('order.updated', paid, { id: headers.get('rooms-event-id'), except: headers.get('rooms-connection') })
      resolve(Response.json(paid))
    }
  })), <OrdersView />)
  await screen.findByText('Beans')
  await rooms.flush()
  fireEvent.click(card('1').getByRole('button', { name: /Pay/ }))
  await rooms.flush()
  card('1').getByText('Paid')
  expect(rooms.room('user:ana').position()).toMatch(/:0:/)
  answer()
  await rooms.flush()
  card('1').getByText('Paid')
  expect(calls('GET /orders')).toBe(1)
})

test('a payment that failed is taken back, says why, and can be tried again', async () => {
  let answer = (): Response => Response.json({ detail: 'The bank said no.' }, { status: 503 })
  const { rooms } = await onScreen(ana, shop(() => answer()), <OrdersView />)
  await screen.findByText('Beans')
  await rooms.flush()
  fireEvent.click(card('1').getByRole('button', { name: /Pay/ }))
  expect((await card('1').findByRole('alert')).textContent).toContain('The bank said no.')
  await rooms.flush()
  card('1').getByText('New')
  answer = () => {
    rooms.room('user:ana').send('order.updated', order('1', 'paid', 2))
    return Response.json(order('1', 'paid', 2))
  }
  fireEvent.click(card('1').getByRole('button', { name: 'Retry' }))
  await rooms.flush()
  card('1').getByText('Paid')
  expect(card('1').queryByRole('alert')).toBeNull()
})

test('another person\'s change during one\'s own is kept when one\'s own fails', async () => {
  let fail = (): void => {}
  const { rooms } = await onScreen(ana, shop(() => new Promise((resolve) => { fail = () => resolve(Response.json({}, { status: 503 })) })), <OrdersView />)
  await screen.findByText('Beans')
  await rooms.flush()
  fireEvent.click(card('1').getByRole('button', { name: /Pay/ }))
  rooms.room('user:ana').send('order.updated', order('2', 'delivered', 2, 'Tea'))
  await rooms.flush()
  card('1').getByText('Paid')
  fail()
  await card('1').findByRole('alert')
  await rooms.flush()
  card('1').getByText('New')
  card('2').getByText('Delivered')
})

test('what happened while the line was cut is there when it is back, in order and without a refetch', async () => {
  const { rooms, calls } = await onScreen(ana, shop(), <OrdersView />)
  await screen.findByText('Beans')
  await rooms.flush()
  rooms.drop()
  rooms.room('user:ana').send('order.updated', order('1', 'paid', 2))
  rooms.room('user:ana').send('order.created', order('3', 'new', 3, 'Milk'))
  await rooms.flush()
  card('1').getByText('New')
  await rooms.advance(1_000)
  card('1').getByText('Paid')
  expect(screen.getAllByRole('listitem').map(({ dataset }) => dataset['row'])).toEqual(['3', '1', '2'])
  expect(calls('GET /orders')).toBe(1)
})

test('staff see everyone\'s orders in columns, and fetch them anew when the stream was reset', async () => {
  let orders = [order('1', 'new'), order('2', 'shipped', 1, 'Tea')]
  const { rooms, calls } = await onScreen(cara, (mock) => ({ 'GET /orders': () => mock.room('board').response(orders) }), <OrdersView />)
  await screen.findByText('Ana · 1')
  await rooms.flush()
  orders = [order('1', 'paid', 2)]
  rooms.room('board').reset()
  await rooms.advance(2_000)
  await card('1').findByText('Paid')
  expect(screen.queryByText('Tea')).toBeNull()
  expect(calls('GET /orders')).toBe(2)
})

test('the second click of a double click on Pay does not cancel the order, and the keyboard stays with it', async () => {
  const steps: unknown[] = []
  const paid = order('1', 'paid', 2)
  const { rooms } = await onScreen(ana, (mock) => ({
    ...shop()(mock),
    'POST /orders/1/status': ({ body }) => {
      steps.push(body)
      mock.room('user:ana').send('order.updated', paid)
      return Response.json(paid)
    },
  }), <OrdersView />)
  await screen.findByText('Beans')
  await rooms.flush()
  const pay = card('1').getByRole('button', { name: /Pay/ })
  pay.focus()
  fireEvent.click(pay, { detail: 1 })
  await rooms.flush()
  expect(document.activeElement?.textContent).toBe('Beans')
  fireEvent.click(card('1').getByRole('button', { name: /Cancel/ }), { detail: 2 })
  await rooms.flush()
  expect(steps).toEqual([{ status: 'paid' }])
  card('1').getByText('Paid')
})
