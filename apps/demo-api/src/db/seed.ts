import { eq, sql } from 'drizzle-orm'
import type { Database } from './database.js'
import { messages, orders, standingOrders, todos, users } from './schema.js'

const hoursAgo = (hours: number) => {
  const createdAt = new Date(Date.now() - hours * 3_600_000)
  return { createdAt, updatedAt: createdAt }
}

/** Adds the ready users and examples where they are missing. */
export async function seed(db: Database): Promise<void> {
  await seedPeople(db)
  await seedPantry(db)
  await seedParcels(db)
}

async function seedPeople(db: Database): Promise<void> {
  await db.transaction(async (tx) => {
    if (await tx.$count(users) > 0) return
    await tx.insert(users).values([
      { id: 'ana', name: 'Ana', role: 'customer' },
      { id: 'bo', name: 'Bo', role: 'customer' },
      { id: 'cleo', name: 'Cleo', role: 'customer' },
      { id: 'sam', name: 'Sam', role: 'staff' },
    ])
    await tx.insert(orders).values([
      { owner: 'ana', item: 'Espresso beans, 1 kg', quantity: 2, status: 'delivered', ...hoursAgo(49) },
      { owner: 'bo', item: 'Pour-over kettle', quantity: 1, status: 'shipped', ...hoursAgo(27) },
      { owner: 'ana', item: 'Paper filters, 100', quantity: 3, status: 'paid', ...hoursAgo(20) },
      { owner: 'cleo', item: 'Hand grinder', quantity: 1, status: 'new', ...hoursAgo(5) },
      { owner: 'ana', item: 'Decaf beans, 250 g', quantity: 4, status: 'new', ...hoursAgo(2) },
      { owner: 'bo', item: 'Milk jug', quantity: 1, status: 'cancelled', ...hoursAgo(1) },
    ])
    await tx.insert(todos).values([
      { id: 'seed-1', list: 'home', text: 'Descale the espresso machine', done: true },
      { id: 'seed-2', list: 'home', text: 'Order oat milk', done: false },
      { id: 'seed-3', list: 'home', text: 'Water the plants by the window', done: false },
    ])
    await tx.insert(messages).values([
      { id: 'seed-1', chat: 'lobby', author: 'sam', text: 'Welcome! Ask us anything about your order.' },
      { id: 'seed-2', chat: 'lobby', author: 'ana', text: 'Thanks. Is the new Ethiopian in yet?' },
    ])
  })
}

async function seedPantry(db: Database): Promise<void> {
  await db.insert(standingOrders).values([
    { id: 'beans', item: 'House beans, 1 kg', quantity: 12 },
    { id: 'oat-milk', item: 'Oat milk, 1 l', quantity: 18 },
    { id: 'filters', item: 'Paper filters, 100', quantity: 4 },
    { id: 'sugar', item: 'Brown sugar, 500 g', quantity: 6 },
  ]).onConflictDoNothing()
}

/** A thousand rows, for the page that shows what a burst does to a long list. */
async function seedParcels(db: Database): Promise<void> {
  if (await db.$count(todos, eq(todos.list, 'parcels')) > 0) return
  await db.execute(sql`
    insert into todos (id, list, text)
    select 'parcel-' || n, 'parcels', 'Parcel ' || lpad(n::text, 4, '0') from generate_series(1, 1000) n
    on conflict do nothing`)
}
