import type { Broker, BrokerHost, BrokerLink } from '../broker/broker.js'
import { RoomsOptionsError } from '../errors.js'
import { commandConnection, defaultNamespace, isCluster, type RedisClient, type RedisCluster, subscriberConnection } from './client.js'
import { Commands } from './commands.js'
import { Keys } from './keys.js'
import { RedisLink } from './link.js'
import { Subscriber } from './subscriber.js'

/** How long boot waits for Redis before it goes on without; joins and sends are refused until Redis is there. */
const BOOT_MS = 2_000
/** SPUBLISH came with Redis 7. */
const SHARDED_SINCE = 7

export interface RedisBrokerOptions {
  /** Stands before every key and channel. Default: `rooms:<db>:<keyPrefix>` of the client, so that staging never hears production. */
  namespace?: string
}

/**
 * Keeps rooms in Redis 6.2 or later, or a Redis Cluster, for any number of nodes. Takes an ioredis client (or the
 * `app.redis` of @fastify/redis) and opens two connections of its own like it; the given client is left alone.
 *
 * @example await app.register(rooms, { contract, broker: redisBroker(app.redis) })
 */
export function redisBroker(client: RedisClient | RedisCluster, { namespace }: RedisBrokerOptions = {}): Broker {
  if (typeof client?.duplicate !== 'function') throw new RoomsOptionsError('broker', 'redisBroker(client) needs an ioredis client or cluster: pass app.redis of @fastify/redis, or new Redis(url)')
  return { open: (host) => open(client, namespace ?? defaultNamespace(client), host) }
}

async function open(client: RedisClient | RedisCluster, namespace: string, host: BrokerHost): Promise<BrokerLink> {
  const sharded = isCluster(client) && (await majorVersion(client)) >= SHARDED_SINCE
  const commandClient = commandConnection(client)
  const subscriberClient = subscriberConnection(client, sharded)
  commandClient.on('error', (error: Error) => host.log.debug({ err: error }, 'redis'))
  const subscriber = new Subscriber(subscriberClient, sharded, host.log)
  const commands = new Commands(commandClient)
  await connected([commandClient, subscriberClient], host)
  return new RedisLink({ host, commands, subscriber, keys: new Keys(namespace), publish: sharded ? 'SPUBLISH' : 'PUBLISH' })
}

/** Goes on after a while: a node that boots while Redis is away serves its other routes and mends by itself. */
async function connected(clients: readonly (RedisClient | RedisCluster)[], { log }: BrokerHost): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => { timer = setTimeout(() => resolve('late'), BOOT_MS) })
  const ready = Promise.all(clients.map(async (client) => {
    const isReady = new Promise<void>((resolve) => { client.on('ready', () => resolve()) })
    client.connect().catch((error: unknown) => log.debug({ err: error }, 'redis connect'))
    await isReady
  }))
  const outcome = await Promise.race([ready, late])
  clearTimeout(timer)
  if (outcome === 'late') log.warn('redis is not there yet: rooms are unavailable until it is')
}

async function majorVersion(cluster: RedisCluster): Promise<number> {
  try {
    return Number(/redis_version:(\d+)/.exec(String(await cluster.info('server')))?.[1] ?? 0)
  } catch {
    return 0
  }
}
