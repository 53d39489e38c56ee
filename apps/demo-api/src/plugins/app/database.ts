import fp from 'fastify-plugin'
import type { Database } from '../../db/database.js'
import { openDatabase } from '../../db/open-database.js'

declare module 'fastify' {
  interface FastifyInstance { db: Database }
}

/** `app.db`, open before the routes are ready and closed after the last request. */
export const database = fp<{ location: string }>(async (app, { location }) => {
  const opened = await openDatabase(location)
  app.decorate('db', opened.db)
  app.addHook('onClose', () => opened.close())
}, { name: 'demo-database', fastify: '5.x' })
