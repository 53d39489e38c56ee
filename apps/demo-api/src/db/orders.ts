import { and, desc, eq, inArray, sql, type SQL } from 'drizzle-orm'
import type { Order, OrderStatus } from '../contract.js'
import { allowedAfter, allowedBefore } from '../order-rules.js'
import { Problem } from '../problem.js'
import { applyOnce, type Change } from './apply-once.js'
import type { Database } from './database.js'
import { orders, users } from './schema.js'

/** What an order's id looks like from outside; small enough for the column. */
export const OrderId = /^[1-9]\d{0,8}$/

/** Newest first; everybody's where no owner is given. */
export function listOrders(db: Database, owner?: string): Promise<Order[]> {
  return select(db, owner === undefined ? undefined : eq(orders.owner, owner))
}

export async function findOrder(db: Database, id: string): Promise<Order | undefined> {
  if (!OrderId.test(id)) return undefined
  const [order] = await select(db, eq(orders.id, Number(id)))
  return order
}

export function createOrder(db: Database, values: { owner: string; item: string; quantity: number }, change?: Change): Promise<Order> {
  return applyOnce(db, change, async (tx) => {
    const [row] = await tx.insert(orders).values(values).returning({ id: orders.id })
    return String(row?.id)
  }, orderOr404)
}

/**
 * Moves an order on. The check and the change are one statement, so that of two people who act at once one wins and the
 * other is told (409, naming what is allowed now). A status the order already has changes nothing and is no error.
 */
export function setOrderStatus(db: Database, id: string, status: OrderStatus, change?: Change): Promise<Order> {
  return applyOnce(db, change, async (tx) => {
    const moved = await tx.update(orders)
      .set({ status, revision: sql`${orders.revision} + 1`, updatedAt: sql`now()` })
      .where(and(eq(orders.id, Number(id)), inArray(orders.status, allowedBefore(status))))
      .returning({ id: orders.id })
    if (moved.length === 0) await explainRefusal(tx, id, status)
    return id
  }, orderOr404)
}

async function explainRefusal(db: Database, id: string, status: OrderStatus): Promise<void> {
  const order = await orderOr404(db, id)
  if (order.status === status) return
  const allowed = allowedAfter(order.status)
  const detail = allowed.length === 0
    ? `Order ${id} is ${order.status}, which is final: it cannot become ${status}.`
    : `Order ${id} is ${order.status}: it can become ${allowed.join(' or ')}, not ${status}.`
  throw new Problem(409, 'order_transition', detail, { allowed })
}

export async function orderOr404(db: Database, id: string): Promise<Order> {
  const order = await findOrder(db, id)
  if (!order) throw new Problem(404, 'order_unknown', `There is no order ${id}.`)
  return order
}

async function select(db: Database, where: SQL | undefined): Promise<Order[]> {
  const rows = await db.select({ order: orders, ownerName: users.name }).from(orders).innerJoin(users, eq(users.id, orders.owner)).where(where).orderBy(desc(orders.id))
  return rows.map(({ order, ownerName }) => ({
    ...order,
    id: String(order.id),
    ownerName,
    createdAt: order.createdAt.toISOString(),
    updatedAt: order.updatedAt.toISOString(),
  }))
}
