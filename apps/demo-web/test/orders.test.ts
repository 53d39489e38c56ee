import type { Order, OrderStatus } from 'demo-api/contract'
import { expect, test } from 'vitest'
import { sortOrders, stepsOf } from '../src/features/orders/order-steps.js'
import { upsertNewer } from '../src/lib/upsert-newer.js'

const order = (id: string, status: OrderStatus, minute: number, revision = 1): Order => {
  const at = new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString()
  return { id, owner: 'ana', ownerName: 'Ana', item: 'Beans', quantity: 1, status, revision, createdAt: at, updatedAt: at }
}

test('a customer pays and cancels; staff take an order all the way', () => {
  const labels = (status: OrderStatus, role: 'customer' | 'staff') => stepsOf(status, role).map(({ to }) => to)
  expect(labels('new', 'customer')).toEqual(['paid', 'cancelled'])
  expect(labels('paid', 'customer')).toEqual(['cancelled'])
  expect(labels('shipped', 'customer')).toEqual([])
  expect(labels('paid', 'staff')).toEqual(['shipped', 'cancelled'])
  expect(labels('shipped', 'staff')).toEqual(['delivered'])
  expect(labels('delivered', 'staff')).toEqual([])
})

test('a customer sees the newest change first, staff column by column', () => {
  const orders = [order('1', 'delivered', 5), order('2', 'new', 1), order('3', 'new', 3)]
  expect(sortOrders(orders, 'customer').map(({ id }) => id)).toEqual(['1', '3', '2'])
  expect(sortOrders(orders, 'staff').map(({ id }) => id)).toEqual(['3', '2', '1'])
})

test('of two copies of one order the higher revision stays, in either order of arrival', () => {
  const older = order('1', 'new', 0, 1)
  const newer = order('1', 'paid', 1, 2)
  expect(upsertNewer([older], newer)).toEqual([newer])
  expect(upsertNewer([newer], older)).toEqual([newer])
  expect(upsertNewer<Order>([], older)).toEqual([older])
})
