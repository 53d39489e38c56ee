import { sql } from 'drizzle-orm'
import { bigint, boolean, index, integer, pgEnum, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { OrderStatus, Role } from '../contract.js'

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 }).notNull().default(sql`now()`)

export const role = pgEnum('role', Role.enum)
export const orderStatus = pgEnum('order_status', OrderStatus.enum)

export const users = pgTable('users', {
  id: text().primaryKey(),
  name: text().notNull(),
  role: role().notNull(),
})

export const orders = pgTable('orders', {
  /** A short number people can say aloud. */
  id: integer().primaryKey().generatedAlwaysAsIdentity({ startWith: 1001 }),
  owner: text().notNull().references(() => users.id),
  item: text().notNull(),
  quantity: integer().notNull(),
  status: orderStatus().notNull().default('new'),
  revision: integer().notNull().default(1),
  createdAt: moment('created_at'),
  updatedAt: moment('updated_at'),
}, (table) => [index('orders_by_owner').on(table.owner, table.id)])

export const messages = pgTable('messages', {
  /** The publish id, so that a publish retried after a lost reply finds its row. */
  id: text().primaryKey(),
  /** The order of a chat: `at` alone may tie. */
  number: bigint({ mode: 'number' }).notNull().unique().generatedAlwaysAsIdentity(),
  chat: text().notNull(),
  author: text().notNull().references(() => users.id),
  text: text().notNull(),
  at: moment('at'),
}, (table) => [index('messages_by_chat').on(table.chat, table.number)])

export const todos = pgTable('todos', {
  /** Made by the client where it sends `Rooms-Event-Id`, so that its predicted row keeps its React key. */
  id: text().primaryKey(),
  number: bigint({ mode: 'number' }).notNull().unique().generatedAlwaysAsIdentity(),
  list: text().notNull(),
  text: text().notNull(),
  done: boolean().notNull().default(false),
  revision: integer().notNull().default(1),
  createdAt: moment('created_at'),
}, (table) => [index('todos_by_list').on(table.list, table.number)])

/** What the pantry gets every week: one row an item, changed by everybody. */
export const standingOrders = pgTable('standing_orders', {
  id: text().primaryKey(),
  item: text().notNull(),
  quantity: integer().notNull(),
  revision: integer().notNull().default(1),
  updatedAt: moment('updated_at'),
})

/** Which client-made change ids were applied: see apply-once.ts. */
export const changes = pgTable('changes', {
  id: text().primaryKey(),
  author: text().notNull(),
  /** Hash of what was asked for: the same id with another request is no retry. */
  fingerprint: text().notNull(),
  /** The row it made or changed. */
  subject: text().notNull(),
  at: moment('at'),
}, (table) => [index('changes_by_age').on(table.at)])
