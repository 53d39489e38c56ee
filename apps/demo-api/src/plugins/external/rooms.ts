import fp from 'fastify-plugin'
import { rooms } from 'fastify-rooms'
import { redisBroker } from 'fastify-rooms/redis'
import { contract } from '../../contract.js'
import { findOrder } from '../../db/orders.js'
import { maySee } from '../../order-rules.js'

/** The live side: who a token stands for, and who may join the rooms whose access is `authorize`. */
export const live = fp(async (app) => {
  await app.register(rooms, {
    contract,
    // Several nodes share their rooms through Redis; one alone keeps them in its own memory.
    ...(app.hasDecorator('redis') && { broker: redisBroker(app.redis) }),
    jwt: {
      user: (claims) => ({ id: claims.sub, info: { name: claims.name, role: claims.role }, claims, expiresAt: claims.exp * 1000 }),
    },
    authorize: {
      board: ({ user, room }) => room.id === '' && user.info?.role === 'staff',
      figures: ({ user, room }) => room.id === '' && user.info?.role === 'staff',
      order: async ({ user, room }) => {
        const order = await findOrder(app.db, room.id)
        return order !== undefined && user.info !== undefined && maySee({ id: user.id, role: user.info.role }, order)
      },
    },
  })
}, { name: 'demo-live', fastify: '5.x', dependencies: ['demo-database'] })
