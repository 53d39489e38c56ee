import { count, gt, sql } from 'drizzle-orm'
import { OrderStatus, type Figures } from '../contract.js'
import type { Database } from './database.js'
import { messages, orders } from './schema.js'

/** What the database knows of how the shop is doing. */
export async function countFigures(db: Database): Promise<Omit<Figures, 'at' | 'peopleOnline'>> {
  const [byStatus, messagesLastMinute] = await Promise.all([
    db.select({ status: orders.status, count: count() }).from(orders).groupBy(orders.status),
    db.$count(messages, gt(messages.at, sql`now() - interval '1 minute'`)),
  ])
  const none = Object.fromEntries(OrderStatus.options.map((status) => [status, 0])) as Figures['orders']
  return { orders: { ...none, ...Object.fromEntries(byStatus.map(({ status, count }) => [status, count])) }, messagesLastMinute }
}
