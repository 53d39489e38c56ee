import { asc, eq, sql } from 'drizzle-orm'
import type { StandingOrder } from '../contract.js'
import { Problem } from '../problem.js'
import { applyOnce, type Change } from './apply-once.js'
import type { Database } from './database.js'
import { standingOrders } from './schema.js'

/** By name. */
export async function listPantry(db: Database): Promise<StandingOrder[]> {
  return (await db.select().from(standingOrders).orderBy(asc(standingOrders.item))).map(toStandingOrder)
}

/** Adds to a quantity, or takes from it, so that of people who act at once nobody undoes another; 0 to 99 are kept to. */
export function changeQuantity(db: Database, id: string, by: number, change?: Change): Promise<StandingOrder> {
  return applyOnce(db, change, async (tx) => {
    const quantity = sql`least(99, greatest(0, ${standingOrders.quantity} + ${by}::int))`
    const rows = await tx.update(standingOrders)
      .set({ quantity, revision: sql`${standingOrders.revision} + 1`, updatedAt: sql`now()` })
      .where(eq(standingOrders.id, id))
      .returning({ id: standingOrders.id })
    if (rows.length === 0) throw unknown(id)
    return id
  }, standingOrderOr404)
}

const unknown = (id: string) => new Problem(404, 'order_unknown', `There is no standing order ${id}.`)

async function standingOrderOr404(db: Database, id: string): Promise<StandingOrder> {
  const [row] = await db.select().from(standingOrders).where(eq(standingOrders.id, id))
  if (!row) throw unknown(id)
  return toStandingOrder(row)
}

const toStandingOrder = (row: typeof standingOrders.$inferSelect): StandingOrder => ({ ...row, updatedAt: row.updatedAt.toISOString() })
