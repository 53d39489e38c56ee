import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Role } from '../contract.js'
import { findUser, listUsers } from '../db/users.js'
import { Problem } from '../problem.js'
import { refusals } from './schemas.js'

const User = z.object({ id: z.string(), name: z.string(), role: Role })

/** Signing in: the demo's people are ready, and nobody has a password. */
export const sessionRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get('/users', {
    schema: { tags: ['session'], summary: 'Everybody who can sign in', response: { 200: z.array(User) } },
  }, async () => listUsers(app.db))

  app.post('/session', {
    schema: {
      tags: ['session'],
      summary: 'Signs a person in; call it again for a fresh token',
      body: z.object({ user: z.string() }),
      response: { 200: z.object({ token: z.string(), user: User, expiresAt: z.int().describe('epoch ms') }), ...refusals },
    },
  }, async (request) => {
    const user = await findUser(app.db, request.body.user)
    if (!user) throw new Problem(404, 'user_unknown', `There is nobody called ${JSON.stringify(request.body.user)}. GET /api/users lists who can sign in.`)
    return { ...app.signIn(user), user }
  })
}
