import type { Database } from './database.js'
import { messages, orders, todos, users } from './schema.js'

const hoursAgo = (hours: number) => {
  const createdAt = new Date(Date.now() - hours * 3_600_000)
  return { createdAt, updatedAt: createdAt }
}

/** Adds the ready users and a few examples to a database that holds nobody yet. */
export async function seed(db: Database): Promise<void> {
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
