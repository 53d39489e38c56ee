import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import type { RoomName } from 'fastify-rooms'
import { connectRooms, type TestConnection } from 'fastify-rooms/testing'
import { buildApp, type AppOptions } from '../src/app.js'
import { ownDatabase } from './own-database.js'

export interface Asked { method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'; body?: object; eventId?: string | undefined }

/** The app on a database of its own, and people who ask it things. */
export interface Demo {
  app: FastifyInstance
  token(user: string): Promise<string>
  /** A connection of a signed-in user to one room. */
  join(user: string, room: RoomName): Promise<TestConnection>
  /** Asks as a signed-in user. */
  ask(user: string, url: string, asked?: Asked): Promise<LightMyRequestResponse>
  close(): Promise<void>
}

export async function startDemo(options: Partial<AppOptions> = {}): Promise<Demo> {
  const own = options.database === undefined ? await ownDatabase() : { location: options.database, drop: async () => {} }
  const app = await buildApp({ secret: 'a secret of the tests, long enough', ...options, database: own.location })
  const tokens = new Map<string, string>()
  const token = async (user: string) => {
    const known = tokens.get(user) ?? await signIn(app, user)
    tokens.set(user, known)
    return known
  }
  return {
    app,
    token,
    async ask(user, url, { method = 'GET', body, eventId } = {}) {
      const headers = { authorization: `Bearer ${await token(user)}`, ...(eventId === undefined ? {} : { 'rooms-event-id': eventId }) }
      return app.inject({ method, url, headers, ...(body === undefined ? {} : { body }) })
    },
    async join(user, room) {
      return connectRooms(app, { token: await token(user), room })
    },
    async close() {
      await app.close()
      await own.drop()
    },
  }
}

async function signIn(app: FastifyInstance, user: string): Promise<string> {
  const response = await app.inject({ method: 'POST', url: '/api/session', body: { user } })
  return response.json<{ token: string }>().token
}
