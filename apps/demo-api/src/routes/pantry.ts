import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { StandingOrder } from '../contract.js'
import { changeQuantity, listPantry } from '../db/pantry.js'
import { changeOf } from './change-of.js'
import { bearer, refusals } from './schemas.js'
import { sendCommitted } from './send-committed.js'

const docs = { tags: ['pantry'], security: bearer }
const list = { ...docs, summary: 'The weekly order of the pantry, by name', response: { 200: z.array(StandingOrder), ...refusals } }
const change = {
  ...docs,
  summary: 'Orders more or less of one item, from 0 to 99',
  params: z.object({ id: z.string() }),
  body: z.object({ by: z.int().min(-99).max(99) }),
  response: { 200: StandingOrder, ...refusals },
}

/** One order everybody shares. The web app shows these routes beside two live windows. */
export const pantryRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get('/pantry', {
    schema: list,
    config: { rooms: { position: 'pantry' } },
  }, async () => listPantry(app.db))

  app.post('/pantry/:id', { schema: change }, async (request) => {
    const { params: { id }, body: { by } } = request
    const order = await changeQuantity(app.db, id, by, changeOf(request))
    await sendCommitted(app, request, 'pantry', 'order.updated', order)
    return order
  })
}
