import { PGlite } from '@electric-sql/pglite'
import jwt from '@fastify/jwt'
import redis from '@fastify/redis'
import Fastify, { type FastifyInstance } from 'fastify'
import { rooms } from 'fastify-rooms'
import { redisBroker } from 'fastify-rooms/redis'
import { contract, Order } from './contract.js'
import { createRelay, note, outboxTable } from './outbox.js'

const ordersTable = `
  create table if not exists orders (id text primary key, owner text not null, status text not null default 'new', revision int not null default 1);
  insert into orders (id, owner) values ('1', 'ana') on conflict do nothing;`

/** @param options the database's folder, what tokens are signed with, and Redis, where the rooms outlive this process */
export async function buildApp(options: { folder: string; secret: string; redis?: string | undefined }): Promise<FastifyInstance> {
  const app = Fastify({ logger: { level: 'warn' } })
  const db = await PGlite.create(options.folder)
  await db.exec(ordersTable + outboxTable)
  app.addHook('onClose', () => db.close())

  await app.register(jwt, { secret: options.secret })
  if (options.redis !== undefined) {
    await app.register(redis, { url: options.redis })
    app.redis.on('error', (error) => app.log.warn({ err: error }, 'redis'))
  }
  await app.register(rooms, { contract, ...(options.redis !== undefined && { broker: redisBroker(app.redis) }) })

  const relay = createRelay(app, db)
  app.addHook('onReady', relay)

  app.post('/api/session', async () => ({ token: app.jwt.sign({ sub: 'ana' }, { expiresIn: '1h' }) }))

  const body = { type: 'object', required: ['status'], properties: { status: { enum: Order.shape.status.options } } }
  app.post<{ Params: { id: string }; Body: Pick<Order, 'status'> }>('/api/orders/:id/status', { schema: { body }, onRequest: (request) => request.jwtVerify() }, async (request, reply) => {
    const changed = await db.transaction(async (tx) => {
      const { rows: [order] } = await tx.query<Order>('update orders set status = $2, revision = revision + 1 where id = $1 returning *', [request.params.id, request.body.status])
      if (order !== undefined) await note(tx, `user:${order.owner}`, 'order.updated', order)
      return order
    })
    if (changed === undefined) return reply.code(404).send()
    void relay()
    return changed
  })
  return app
}
