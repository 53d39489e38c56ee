import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Order, OrderStatus } from '../contract.js'
import { createOrder, listOrders, OrderId, orderOr404, setOrderStatus } from '../db/orders.js'
import { maySee, maySet } from '../order-rules.js'
import { Problem } from '../problem.js'
import { changeOf } from './change-of.js'
import { bearer, refusals } from './schemas.js'
import { sendCommitted } from './send-committed.js'

const docs = { tags: ['orders'], security: bearer }
const params = z.object({ id: z.string().regex(OrderId, 'must be an order number') })

export const orderRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get('/orders', {
    config: { rooms: { position: ({ user }) => (user.role === 'staff' ? 'board' : `user:${user.sub}`) } },
    schema: { ...docs, summary: 'Your own orders; for staff everybody\'s. Newest first', response: { 200: z.array(Order), ...refusals } },
  }, async ({ user }) => listOrders(app.db, user.role === 'staff' ? undefined : user.sub))

  app.get('/orders/:id', {
    config: { rooms: { position: (request) => `order:${request.params['id']}` } },
    schema: { ...docs, summary: 'One order, for its owner and staff', params, response: { 200: Order, ...refusals } },
  }, async (request) => visibleOrder(request, request.params.id))

  app.post('/orders', {
    schema: {
      ...docs,
      summary: 'Orders something for yourself',
      body: z.object({ item: z.string().trim().min(1).max(80), quantity: z.int().min(1).max(99) }),
      response: { 201: Order, ...refusals },
    },
  }, async (request, reply) => {
    const order = await createOrder(app.db, { owner: request.user.sub, ...request.body }, changeOf(request))
    await tell(request, 'order.created', order)
    return reply.code(201).send(order)
  })

  app.post('/orders/:id/status', {
    schema: {
      ...docs,
      summary: 'Moves an order on: its owner may pay and cancel, staff may do everything',
      params,
      body: z.object({ status: OrderStatus }),
      response: { 200: Order, ...refusals },
    },
  }, async (request) => {
    const { id } = await visibleOrder(request, request.params.id)
    const { status } = request.body
    if (!maySet(request.user, status)) throw new Problem(403, 'staff_only', `Only staff can set an order to ${status}.`)
    const order = await setOrderStatus(app.db, id, status, changeOf(request))
    await tell(request, 'order.updated', order)
    return order
  })

  /** An order a person may not see is, to them, not there. */
  async function visibleOrder(request: FastifyRequest, id: string): Promise<Order> {
    const order = await orderOr404(app.db, id)
    if (!maySee({ id: request.user.sub, role: request.user.role }, order)) throw new Problem(404, 'order_unknown', `There is no order ${id}.`)
    return order
  }

  async function tell(request: FastifyRequest, event: 'order.created' | 'order.updated', order: Order): Promise<void> {
    await Promise.all([
      sendCommitted(app, request, `user:${order.owner}`, event, order),
      sendCommitted(app, request, `order:${order.id}`, event, order),
      sendCommitted(app, request, 'board', event, order),
    ])
  }
}
