import type { FastifyRequest } from 'fastify'
import { Problem } from '../../problem.js'

/**
 * An `onRequest` hook for the routes that need a person.
 *
 * Register it in a scope, never on the root: there it would refuse the rooms' upgrades over HTTP, which a browser
 * cannot tell from a dead network. The rooms authenticate themselves.
 */
export async function signedIn(request: FastifyRequest): Promise<void> {
  try {
    await request.jwtVerify()
  } catch (error) {
    request.log.debug({ reason: error instanceof Error ? error.message : error }, 'token refused')
    throw new Problem(401, 'unauthorized', 'Sign in first: POST /api/session answers a token for the Authorization header.')
  }
}
