import { z } from 'zod'

/** What the servers validate: the event of most benchmarks, and an order that a client publishes. */
export const message = z.object({ id: z.string(), author: z.string(), text: z.string(), sentAt: z.number() })
export const order = z.object({ table: z.number().int().min(1), items: z.array(z.object({ dish: z.string().min(1), count: z.number().int().min(1) })).min(1), note: z.string().max(500) })
