import { defineContract } from 'fastify-rooms/contract'
import { z } from 'zod'

const Message = z.object({ id: z.string(), author: z.string(), text: z.string() })
export type Message = z.infer<typeof Message>
const Todo = z.object({ id: z.string(), text: z.string(), done: z.boolean() })
export type Todo = z.infer<typeof Todo>

export const contract = defineContract({
  chat: {
    access: 'authenticated',
    events: { message: Message },
    // What clients may publish; everything else is refused.
    publish: { message: z.object({ text: z.string().trim().min(1).max(2_000) }) },
  },
  todo: {
    access: 'authenticated',
    events: { 'todo.saved': Todo, 'todo.removed': z.object({ id: z.string() }) },
  },
})

declare module 'fastify-rooms/contract' {
  interface Register {
    contract: typeof contract
    // What members see of each other, and what is in a token.
    info: { name: string }
    claims: { sub: string; name: string }
  }
}
export type {} from 'fastify-rooms/contract'
