import redis from '@fastify/redis'
import fp from 'fastify-plugin'
import { Redis } from 'ioredis'

const connectMs = 5_000
/** A link that went silent never answers a goodbye either, and a deploy must not wait for it. */
const quitMs = 1_000

/** `app.redis`, connected; a Redis that is not there fails the start. Later absences it mends by itself. */
export const redisClient = fp<{ url: string }>(async (app, { url }) => {
  const client = new Redis(url, { lazyConnect: true, connectTimeout: connectMs })
  let lastError: Error | undefined
  client.on('error', (error) => {
    lastError = error
    app.log.debug({ err: error }, 'redis')
  })
  app.addHook('onClose', () => close(client))
  // Why it failed is told by the event; the rejection says only that it did.
  const isConnected = await client.connect().then(() => true, () => false)
  if (!isConnected) throw new Error(`Redis at ${new URL(url).host} does not answer. Start it, or leave REDIS_URL out to run one node without it.`, { cause: lastError })
  await app.register(redis, { client })
}, { name: 'demo-redis', fastify: '5.x' })

async function close(client: Redis): Promise<void> {
  const late = new Promise((resolve) => { setTimeout(resolve, quitMs).unref() })
  await Promise.race([client.quit().catch(() => {}), late])
  client.disconnect()
}
