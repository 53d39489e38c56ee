import type { Broker, BrokerHost, BrokerLink } from '../broker/broker.js'
import { RoomsOptionsError, RoomsUnavailableError } from '../errors.js'
import { inTime } from '../in-time.js'
import { known } from '../options.js'
import { bareError } from './bare-error.js'
import type { Channels } from './channels.js'
import { defaultNamespace, isCluster, ownCluster, ownConnection, type RedisClient, type RedisCluster } from './client.js'
import { ClusterChannels } from './cluster-channels.js'
import { Commands } from './commands.js'
import { Keys } from './keys.js'
import { RedisLink } from './link.js'
import { OneServer } from './one-server.js'
import { Subscriber } from './subscriber.js'

/** How long boot waits for Redis before it goes on without; joins and sends are refused until Redis is there. */
const BOOT_MS = 2_000

export interface RedisBrokerOptions {
  /** Stands before every key and channel. Default: `rooms:<db>:<keyPrefix>` of the client, so that staging never hears production. */
  namespace?: string
}

/**
 * Keeps rooms in Redis 6.2 or later, or a Redis Cluster, for any number of nodes. Takes an ioredis client (or the
 * `app.redis` of @fastify/redis) and opens connections of its own like it; the given client is left alone.
 *
 * @example await app.register(rooms, { contract, broker: redisBroker(app.redis) })
 */
export function redisBroker(client: RedisClient | RedisCluster, options: RedisBrokerOptions = {}): Broker {
  if (typeof client?.duplicate !== 'function') throw new RoomsOptionsError('broker', 'redisBroker(client) needs an ioredis client or cluster: pass app.redis of @fastify/redis, or new Redis(url)')
  known('redisBroker.', options, ['namespace'])
  const { namespace } = options
  if (namespace !== undefined && (typeof namespace !== 'string' || namespace === '')) throw new RoomsOptionsError('broker', 'redisBroker(client, { namespace }) needs a text that is not empty: leave it out to take it from the client')
  return { open: (host) => open(client, namespace ?? defaultNamespace(client), host) }
}

async function open(client: RedisClient | RedisCluster, namespace: string, host: BrokerHost): Promise<BrokerLink> {
  const [commandClient, channels, publish] = isCluster(client) ? clusterParts(client, host) : standaloneParts(client, host)
  const commands = new Commands(commandClient, host.log)
  await connected(commandClient, channels, host)
  return new RedisLink({ host, commands, channels, keys: new Keys(namespace), publish })
}

type Parts = readonly [RedisClient | RedisCluster, Channels, 'PUBLISH' | 'SPUBLISH']

function standaloneParts(client: RedisClient, { log }: BrokerHost): Parts {
  const together = new OneServer(log)
  return [together.watch(ownConnection(client)), new Subscriber(together.watch(ownConnection(client)), { sharded: false, log }), 'PUBLISH']
}

function clusterParts(client: RedisCluster, { log }: BrokerHost): Parts {
  const cluster = ownCluster(client)
  return [cluster, new ClusterChannels(cluster, log), 'SPUBLISH']
}

/** Goes on after a while: a node that boots while Redis is away serves its other routes and mends by itself. */
async function connected(commandClient: RedisClient | RedisCluster, channels: Channels, { log }: BrokerHost): Promise<void> {
  let reason: unknown
  const note = (error: unknown): void => {
    reason = bareError(error)
    log.debug({ err: reason }, 'redis')
  }
  commandClient.on('error', note)
  const isReady = new Promise<void>((resolve) => { commandClient.on('ready', () => resolve()) })
  commandClient.connect().catch((error: unknown) => log.debug({ err: bareError(error) }, 'redis'))
  await inTime(Promise.all([isReady, channels.opened]), BOOT_MS, () => new RoomsUnavailableError()).catch(() => log.warn({ err: reason }, 'redis is not there yet: rooms are unavailable until it is'))
}
