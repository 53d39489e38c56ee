import { defineContract } from 'fastify-rooms/contract'
import { z } from 'zod'

export const Order = z.object({ id: z.string(), owner: z.string(), status: z.enum(['new', 'paid', 'shipped']), revision: z.int() })
export type Order = z.infer<typeof Order>

export const contract = defineContract({
  user: { access: 'owner', events: { 'order.updated': Order } },
})

declare module 'fastify-rooms/contract' {
  interface Register {
    contract: typeof contract
  }
}
