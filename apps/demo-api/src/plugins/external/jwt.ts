import jwt from '@fastify/jwt'
import fp from 'fastify-plugin'
import type { Claims } from 'fastify-rooms'
import type { Person } from '../../db/users.js'

declare module '@fastify/jwt' {
  interface FastifyJWT {
    payload: Omit<Claims, 'iat'>
    user: Claims
  }
}

declare module 'fastify' {
  interface FastifyInstance {
    /** A token for this person, and when it ends (epoch ms). */
    signIn(person: Person): { token: string; expiresAt: number }
  }
}

/** Tokens signed and checked with one pinned algorithm. */
export const sessions = fp<{ secret: string; sessionMs: number }>(async (app, { secret, sessionMs }) => {
  await app.register(jwt, { secret, sign: { algorithm: 'HS256' }, verify: { algorithms: ['HS256'] } })
  app.decorate('signIn', ({ id, name, role }: Person) => {
    const exp = Math.floor((Date.now() + sessionMs) / 1000)
    return { token: app.jwt.sign({ sub: id, name, role, exp }), expiresAt: exp * 1000 }
  })
}, { name: 'demo-sessions', fastify: '5.x' })
