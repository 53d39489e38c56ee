import jwt from '@fastify/jwt'
import Fastify from 'fastify'
import { rooms } from 'fastify-rooms'
import { chat } from './chat.js'
import { contract } from './contract.js'
import { todos } from './todos.js'

export async function buildApp() {
  const app = Fastify()
  await app.register(jwt, { secret: process.env.JWT_SECRET ?? 'only for trying out' })
  await app.register(rooms, { contract, jwt: { user: (claims) => ({ id: claims.sub, info: { name: claims.name } }) } })

  app.post<{ Body: { name: string } }>('/api/session', async (request) => {
    const { name } = request.body
    return { token: app.jwt.sign({ sub: name.toLowerCase(), name }, { expiresIn: '1h' }) }
  })
  app.register(async (api) => {
    api.addHook('onRequest', (request) => request.jwtVerify())
    await api.register(chat)
    await api.register(todos)
  })
  return app
}
