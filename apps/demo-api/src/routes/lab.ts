import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Todo } from '../contract.js'
import { flipTodos } from '../db/todos.js'
import { bearer, refusals } from './schemas.js'

/** How often the next few of a burst are sent. */
const STEP_MS = 4

/** What shows how pages bear a storm. */
export const labRoutes: FastifyPluginAsyncZod = async (app) => {
  app.post('/lab/burst', {
    schema: {
      tags: ['lab'],
      security: bearer,
      summary: 'Ticks and unticks many to-dos of a list, to see what a burst of events does to a page',
      body: z.object({
        list: z.string().regex(/^[a-z0-9-]{1,40}$/, 'must be 1 to 40 small letters, digits or hyphens'),
        count: z.int().min(1).max(1000).default(500),
        overMs: z.int().min(0).max(10_000).default(1000).describe('the events are spread evenly over this time'),
      }),
      response: { 200: z.object({ sent: z.int(), tookMs: z.int(), todo: Todo.optional() }), ...refusals },
    },
  }, async (request) => {
    const { list, count, overMs } = request.body
    const states = await flipTodos(app.db, list, count)
    const startedAt = performance.now()
    const sending: Promise<unknown>[] = []
    for (;;) {
      const elapsedMs = performance.now() - startedAt
      const due = overMs === 0 ? count : Math.min(count, Math.ceil(count * elapsedMs / overMs))
      for (const todo of states.slice(sending.length, due)) sending.push(app.rooms.send(`todo:${list}`, 'todo.upserted', todo, { committed: true }))
      if (sending.length === count) break
      await pause(STEP_MS)
    }
    await Promise.all(sending)
    return { sent: count, tookMs: Math.round(performance.now() - startedAt), todo: states.at(-1) }
  })
}
