import jwt, { type FastifyJWTOptions } from '@fastify/jwt'
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { onTestFinished } from 'vitest'
import { rooms, type RoomsOptions } from '../../src/index.js'

export const SECRET = 'a secret of the tests, long enough'

export interface AppSetup {
  /** Runs after jwt and before rooms. */
  before?: (app: FastifyInstance) => void | Promise<void>
  /** Runs after rooms. */
  after?: (app: FastifyInstance) => void | Promise<void>
  server?: FastifyServerOptions
  jwt?: FastifyJWTOptions | false
}

/** An application with the plugin, closed when the test ends; not yet ready. */
export async function buildApp(options: RoomsOptions = {}, setup: AppSetup = {}): Promise<FastifyInstance> {
  const app = fastify(setup.server)
  onTestFinished(() => app.close())
  if (setup.jwt !== false) await app.register(jwt, setup.jwt ?? { secret: SECRET })
  await setup.before?.(app)
  await app.register(rooms, options)
  await setup.after?.(app)
  return app
}

/** A token that lasts an hour. */
export function tokenOf(app: FastifyInstance, user: string, claims: object = {}): string {
  return app.jwt.sign({ sub: user, ...claims }, { expiresIn: '1h' })
}
