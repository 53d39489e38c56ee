/**
 * What we use of an ioredis client (version 5 or 6), so that no Redis client is a dependency. `duplicate` gives us
 * connections of our own; the application's client is never used for commands and never closed.
 */
export interface RedisClient {
  readonly status: string
  readonly options: { readonly keyPrefix?: string | undefined; readonly db?: number | undefined }
  duplicate(override?: object): RedisClient
  connect(): Promise<unknown>
  disconnect(reconnect?: boolean): void
  quit(): Promise<unknown>
  ping(): Promise<unknown>
  subscribe(...channels: string[]): Promise<unknown>
  unsubscribe(...channels: string[]): Promise<unknown>
  defineCommand(name: string, definition: { readonly numberOfKeys: number; readonly lua: string }): void
  on(event: string, listener: (...args: never[]) => void): unknown
}

/** An ioredis Cluster. */
export interface RedisCluster extends Omit<RedisClient, 'duplicate' | 'options'> {
  readonly isCluster: boolean
  readonly options: { readonly keyPrefix?: string | undefined; readonly redisOptions?: object | undefined }
  duplicate(nodes?: never[], override?: object): RedisCluster
  ssubscribe(...channels: string[]): Promise<unknown>
  sunsubscribe(...channels: string[]): Promise<unknown>
  info(section: string): Promise<unknown>
}

/** First and longest pause between attempts to reconnect. */
const RECONNECT_MS = 50
const RECONNECT_MAX_MS = 1_000
const retryStrategy = (attempt: number): number => Math.min(RECONNECT_MS * 2 ** Math.min(attempt, 10), RECONNECT_MAX_MS)

/**
 * ioredis re-sends unanswered commands after a reconnect, which would append twice, and queues while it is away, which
 * would hang: off, both. `keyPrefix` is part of our namespace instead, because it does not apply to channels.
 */
const SHARED = { keyPrefix: '', lazyConnect: true, enableOfflineQueue: false, autoResendUnfulfilledCommands: false, autoResubscribe: false, retryStrategy }
const COMMANDS = { ...SHARED, maxRetriesPerRequest: 0 }
const SUBSCRIBER = { ...SHARED, maxRetriesPerRequest: 0 }

export function isCluster(client: RedisClient | RedisCluster): client is RedisCluster {
  return (client as RedisCluster).isCluster === true
}

/** A connection for scripts. */
export function commandConnection(client: RedisClient | RedisCluster): RedisClient | RedisCluster {
  return isCluster(client) ? client.duplicate([], clusterOptions(client, false)) : client.duplicate(COMMANDS)
}

/** A connection that only subscribes. */
export function subscriberConnection(client: RedisClient | RedisCluster, sharded: boolean): RedisClient | RedisCluster {
  return isCluster(client) ? client.duplicate([], clusterOptions(client, sharded)) : client.duplicate(SUBSCRIBER)
}

function clusterOptions(client: RedisCluster, sharded: boolean): object {
  const { redisOptions } = client.options
  return { keyPrefix: '', lazyConnect: true, enableOfflineQueue: false, shardedSubscribers: sharded, clusterRetryStrategy: retryStrategy, redisOptions: { ...redisOptions, keyPrefix: '', maxRetriesPerRequest: 0 } }
}

/** Whose rooms these are: applications that share a Redis stay apart by database and key prefix. */
export function defaultNamespace(client: RedisClient | RedisCluster): string {
  const { keyPrefix = '' } = client.options
  return `rooms:${isCluster(client) ? 0 : (client.options.db ?? 0)}:${keyPrefix}`
}
