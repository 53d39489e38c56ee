import { sql } from 'drizzle-orm'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

/** For load balancers: fails while the database or the rooms cannot serve, and when the node is about to stop. */
export const healthRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get('/healthz', { schema: { tags: ['health'], summary: 'Whether this node can serve', response: { 200: z.object({ status: z.literal('ok') }) } } }, async () => {
    await Promise.all([app.db.execute(sql`select 1`), app.rooms.ready()])
    return { status: 'ok' as const }
  })
}
