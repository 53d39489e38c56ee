import { z } from 'zod'
import { defineContract } from '../../src/contract.js'

/** A contract with one kind for every rule that a kind can have. */
export const contract = defineContract({
  user: { access: 'owner', events: { 'order.updated': z.object({ id: z.string(), at: z.coerce.date().optional() }) } },
  chat: {
    access: 'authenticated',
    events: { message: z.object({ text: z.string() }), edited: z.object({ text: z.string().trim().min(1) }) },
    publish: { message: z.object({ text: z.string().trim().min(1) }) },
    signals: { cursor: z.object({ x: z.number() }) },
    state: z.object({ status: z.enum(['here', 'away']) }),
  },
  quiet: { access: 'authenticated', events: { tick: z.object({ n: z.number() }) }, publish: { tick: z.object({ n: z.number() }) }, echo: false },
  count: { access: 'authenticated', presence: 'count' },
  off: { access: 'authenticated', presence: 'off' },
  short: { access: 'authenticated', events: { tick: z.object({ n: z.number() }) }, history: { size: 3 } },
})
