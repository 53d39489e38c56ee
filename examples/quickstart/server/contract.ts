import { defineContract } from 'fastify-rooms/contract'
import { z } from 'zod'

export const Order = z.object({ id: z.string(), item: z.string(), status: z.enum(['new', 'paid', 'shipped']) })
export type Order = z.infer<typeof Order>

export const contract = defineContract({
  // `user:ana` is Ana's own room: `owner` lets nobody else in.
  user: { access: 'owner', events: { 'order.updated': Order } },
})

// From here on room names, event names and their data are checked, on the server and in the browser.
declare module 'fastify-rooms/contract' {
  interface Register {
    contract: typeof contract
  }
}
// Keeps the declaration in a built .d.ts, where TypeScript drops the import above.
export type {} from 'fastify-rooms/contract'
