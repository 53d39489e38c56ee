import fastify from 'fastify'
import { rooms, roomName, type Authorize, type User } from 'fastify-rooms'
import { contract, type Order } from './contract.js'
import type { z } from 'zod'

declare const order: z.input<typeof Order>
declare const insert: (row: { id: string; author: string; text: string }) => Promise<{ id: string; text: string; at: number }>

const app = fastify()
await app.register(rooms, {
  contract,
  authenticate: async (request, token) => (token === null ? null : { id: request.ip, info: { name: token } }),
  authorize: { order: ({ user, room, action }) => (action === 'join' ? room.id === user.id : { publish: [], presence: false }) },
})

app.get('/orders', { config: { rooms: { position: 'user:ana' } } }, async () => [])
app.get('/orders/:id', { config: { rooms: { position: (request) => `order:${request.params['id']}` } } }, async () => null)
app.post('/orders', async (request) => {
  const sent = await app.rooms.send(`user:${request.ip}`, 'order.updated', { ...order, updatedAt: new Date() }, { id: request.rooms.id, except: request.rooms.connection, committed: true })
  sent satisfies { id: string; position: string | null; duplicate: boolean }
})
await app.rooms.send(roomName('user', 'ana@example.com'), 'order.updated', order)
// One call for two kinds that both have the event.
await app.rooms.send(Math.random() < 0.5 ? 'user:ana' : 'order:1', 'order.updated', order)
await app.rooms.send('floor', 'tick', { n: 1 })
app.rooms.signal('chat:lobby', 'cursor', { x: 1, y: 2 })

// The name is an event: what the handler returns is its data.
app.rooms.handle('chat', 'message', async ({ id, user, data, room, log, signal, connection }) => {
  data satisfies { text: string }
  room.kind satisfies 'chat'
  connection satisfies string | null
  signal satisfies AbortSignal
  log.info(room.id)
  return insert({ id, author: user.id, text: data.text })
})
// The name is none: the return value is the ack's result.
app.rooms.handle('chat', 'message.read', ({ data }) => ({ seen: data.upTo }))

const [member] = await app.rooms.members('chat:lobby')
member!.state?.status satisfies 'here' | 'away' | undefined
member!.info.name satisfies string
for (const event of await app.rooms.history('todo:home', { limit: 10 })) {
  if (event.event === 'todo.upserted') event.data.done satisfies boolean
  else event.data satisfies { id: string }
}
app.rooms.addHook('onJoin', ({ user, room }) => void `${user.id} ${room.name}`)
app.rooms.addHook('onMemberLeft', ({ user }) => void user.length)

const user: User = { id: 'ana', info: { name: 'Ana' } }
const authorize: Authorize = ({ room }) => (room.kind === 'order' ? room.id === user.id : undefined)
void authorize
