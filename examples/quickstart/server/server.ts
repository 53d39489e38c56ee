import jwt from '@fastify/jwt'
import Fastify from 'fastify'
import { rooms } from 'fastify-rooms'
import { contract, Order } from './contract.js'

const app = Fastify()
const orders = new Map<string, Order>([['1', { id: '1', item: 'Soup', status: 'new' }]])

await app.register(jwt, { secret: process.env.JWT_SECRET ?? 'only for trying out' })
await app.register(rooms, { contract })

// Your sign-in stands here. In this example everybody is Ana. Tokens need an end (`exp`), so that a session can be ended.
app.post('/api/session', async () => ({ token: app.jwt.sign({ sub: 'ana' }, { expiresIn: '1h' }) }))

// Hooks stand in a scope: the rooms' own routes authenticate themselves.
app.register(async (api) => {
  api.addHook('onRequest', (request) => request.jwtVerify())

  // Says up to which event the answer is current, so that no update falls between it and the room.
  api.get('/api/orders', { config: { rooms: { position: 'user:ana' } } }, async () => [...orders.values()])

  const body = { type: 'object', required: ['status'], properties: { status: { enum: Order.shape.status.options } } }
  api.post<{ Params: { id: string }; Body: Pick<Order, 'status'> }>('/api/orders/:id/status', { schema: { body } }, async (request, reply) => {
    const order = orders.get(request.params.id)
    if (order === undefined) return reply.code(404).send()
    const changed = { ...order, status: request.body.status }
    orders.set(changed.id, changed)
    // `committed`: the change is stored, so it is no error if nobody can be told right now.
    await app.rooms.send('user:ana', 'order.updated', changed, { committed: true })
    return changed
  })
})

console.log(await app.listen({ port: Number(process.env.PORT ?? 3000) }))
