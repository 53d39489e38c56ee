import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { database } from './plugins/app/database.js'
import { figures } from './plugins/app/figures.js'
import { problems } from './plugins/app/problems.js'
import { signedIn } from './plugins/app/signed-in.js'
import { docs } from './plugins/external/docs.js'
import { sessions } from './plugins/external/jwt.js'
import { redisClient } from './plugins/external/redis.js'
import { live } from './plugins/external/rooms.js'
import { web } from './plugins/external/web.js'
import { chatRoutes } from './routes/chats.js'
import { healthRoutes } from './routes/health.js'
import { labRoutes } from './routes/lab.js'
import { orderRoutes } from './routes/orders.js'
import { pantryRoutes } from './routes/pantry.js'
import { sessionRoutes } from './routes/session.js'
import { todoRoutes } from './routes/todos.js'

export interface AppOptions {
  /** `postgres://…`, a folder, or `memory://`: see openDatabase. */
  database: string
  /** `redis://…`, shared by all nodes; without it this node's rooms are its own. */
  redis?: string | undefined
  /** What tokens are signed with; the same on every node. */
  secret: string
  /** How long a token lasts, 1 h by default. */
  sessionMs?: number
  /** The built web app; without it only the API answers. */
  webRoot?: string
  logger?: FastifyServerOptions['logger']
}

/** PGlite's first start takes Fastify's own 10 s on a busy machine. */
const pluginTimeout = 60_000

/** The whole demo, ready and not yet listening. It holds the database until `app.close()`. */
export async function buildApp({ database: location, redis, secret, sessionMs = 3_600_000, webRoot, logger = false }: AppOptions): Promise<FastifyInstance> {
  const app = fastify({ logger, pluginTimeout })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  try {
    await app.register(problems)
    await app.register(database, { location })
    await app.register(sessions, { secret, sessionMs })
    if (redis !== undefined) await app.register(redisClient, { url: redis })
    await app.register(live)
    await app.register(figures)
    await app.register(docs)
    await app.register(healthRoutes)
    await app.register(sessionRoutes, { prefix: '/api' })
    await app.register(async (people) => {
      people.addHook('onRequest', signedIn)
      await people.register(orderRoutes)
      await people.register(chatRoutes)
      await people.register(todoRoutes)
      await people.register(pantryRoutes)
      await people.register(labRoutes)
    }, { prefix: '/api' })
    await app.register(web, { root: webRoot })
    await app.ready()
    return app
  } catch (error) {
    await app.close()
    throw error
  }
}
