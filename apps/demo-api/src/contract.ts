import { z } from 'zod'
import { defineContract } from 'fastify-rooms/contract'

export const Role = z.enum(['customer', 'staff'])
export type Role = z.infer<typeof Role>

export const OrderStatus = z.enum(['new', 'paid', 'shipped', 'delivered', 'cancelled'])
export type OrderStatus = z.infer<typeof OrderStatus>

/** `revision` grows by one with every change, so that of two copies the newer one is known whatever order they arrive in. */
export const Order = z.object({
  id: z.string(),
  owner: z.string(),
  ownerName: z.string(),
  item: z.string(),
  quantity: z.int(),
  status: OrderStatus,
  revision: z.int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export type Order = z.infer<typeof Order>

export const Message = z.object({
  id: z.string(),
  chat: z.string(),
  author: z.string(),
  authorName: z.string(),
  text: z.string(),
  at: z.iso.datetime(),
})
export type Message = z.infer<typeof Message>

export const Draft = z.object({ text: z.string().trim().min(1).max(2000) })

/** `revision` as in an order. */
export const Todo = z.object({
  id: z.string(),
  list: z.string(),
  text: z.string(),
  done: z.boolean(),
  revision: z.int(),
  createdAt: z.iso.datetime(),
})
export type Todo = z.infer<typeof Todo>

/** A line of the pantry's weekly order, which everybody shares; `revision` as in an order. */
export const StandingOrder = z.object({
  id: z.string(),
  item: z.string(),
  quantity: z.int(),
  revision: z.int(),
  updatedAt: z.iso.datetime(),
})
export type StandingOrder = z.infer<typeof StandingOrder>

/** How the shop is doing at one moment. */
export const Figures = z.object({
  at: z.iso.datetime(),
  orders: z.record(OrderStatus, z.int()),
  messagesLastMinute: z.int(),
  peopleOnline: z.int(),
})
export type Figures = z.infer<typeof Figures>

const orderEvents = { 'order.created': Order, 'order.updated': Order }

export const contract = defineContract({
  /** One person's own orders. */
  user: { access: 'owner', events: orderEvents },
  /** One order, for its owner and for staff. */
  order: { access: 'authorize', events: orderEvents },
  /** Every order, for staff. */
  board: { access: 'authorize', events: orderEvents },
  /** The weekly order of the pantry: everybody sees it, everybody changes it. */
  pantry: { access: 'authenticated', events: { 'order.updated': StandingOrder } },
  chat: {
    access: 'authenticated',
    events: { message: Message },
    publish: { message: Draft },
    signals: { reaction: z.object({ emoji: z.enum(['👍', '❤️', '😂', '🎉', '👀']) }) },
    state: z.object({ status: z.enum(['here', 'away']) }),
  },
  todo: {
    access: 'authenticated',
    events: { 'todo.upserted': Todo, 'todo.removed': z.object({ id: z.string() }) },
    history: { size: 1000, ttlMs: 3_600_000 },
  },
  /** Whoever has the shop open; only their number is told. */
  shop: { access: 'authenticated', presence: 'count' },
  /** One way, for staff: the newest figures are all there is to know. */
  figures: { access: 'authorize', events: { figures: Figures }, presence: 'off', history: { size: 1 } },
})

// Stays in the built .d.ts, where the import above does not: without it the web app would not see what follows.
export type {} from 'fastify-rooms/contract'
declare module 'fastify-rooms/contract' {
  interface Register {
    contract: typeof contract
    info: { name: string; role: Role }
    claims: { sub: string; name: string; role: Role; iat: number; exp: number }
  }
}
