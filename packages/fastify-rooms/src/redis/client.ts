/**
 * What we use of an ioredis client (version 5 or 6), so that no Redis client is a dependency. `duplicate` gives us
 * connections of our own; the application's client is never used for commands and never closed.
 */
export interface RedisClient {
  readonly status: string
  readonly options: { readonly keyPrefix?: string | undefined; readonly db?: number | undefined; readonly host?: string | undefined; readonly port?: number | undefined }
  /** The socket, while there is one. */
  readonly stream?: { cork(): void; uncork(): void } | undefined
  duplicate(override?: object): RedisClient
  connect(): Promise<unknown>
  disconnect(reconnect?: boolean): void
  ping(): Promise<unknown>
  info(section: string): Promise<unknown>
  cluster(subcommand: 'NODES'): Promise<unknown>
  subscribe(...channels: string[]): Promise<unknown>
  unsubscribe(...channels: string[]): Promise<unknown>
  ssubscribe(...channels: string[]): Promise<unknown>
  sunsubscribe(...channels: string[]): Promise<unknown>
  defineCommand(name: string, definition: { readonly numberOfKeys: number; readonly lua: string }): void
  on(event: string, listener: (...args: unknown[]) => void): unknown
}

/** An ioredis Cluster. */
export interface RedisCluster extends Pick<RedisClient, 'status' | 'connect' | 'disconnect' | 'defineCommand' | 'on'> {
  readonly isCluster: boolean
  readonly options: { readonly keyPrefix?: string | undefined; readonly redisOptions?: object | undefined }
  duplicate(nodes?: never[], override?: object): RedisCluster
  nodes(role: 'master' | 'all'): RedisClient[]
}

/** First and longest pause between attempts to reconnect. */
const RECONNECT_MS = 50
const RECONNECT_MAX_MS = 1_000
const retryStrategy = (attempt: number): number => Math.min(RECONNECT_MS * 2 ** Math.min(attempt, 10), RECONNECT_MAX_MS)
/** How long a connection that was closed may take to say good-bye; a dead one never does. */
const DISCONNECT_MS = 100
/** How often the slots of a cluster are looked up: a master that hangs sends nobody elsewhere. */
const SLOTS_MS = 5_000

/**
 * ioredis re-sends unanswered commands after a reconnect, which would append twice, and queues while it is away, which
 * would hang: off, both. `keyPrefix` is part of our namespace instead, because it does not apply to channels. Answers
 * come in one shape, whatever the application chose for its own.
 */
const CONNECTION = { keyPrefix: '', maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false, autoResubscribe: false, disconnectTimeout: DISCONNECT_MS, stringNumbers: false, replyMapping: 'legacy' }
/**
 * A server that became a replica keeps its connections, and refuses every write on them for ever: the address may lead
 * to the new master. Never with a resend, which the application may have chosen for its own.
 */
const reconnectOnError = (error: Error): boolean => /READONLY|MASTERDOWN/.test(error.message)
const STANDALONE = { ...CONNECTION, lazyConnect: true, enableOfflineQueue: false, retryStrategy, reconnectOnError }
/** No retry after a lost reply here either; a refusal for a slot on the move is retried, because it did nothing. */
const CLUSTER = { keyPrefix: '', lazyConnect: true, enableOfflineQueue: false, shardedSubscribers: false, clusterRetryStrategy: retryStrategy, retryDelayOnFailover: 0, slotsRefreshInterval: SLOTS_MS, scaleReads: 'master' }

export function isCluster(client: RedisClient | RedisCluster): client is RedisCluster {
  return (client as RedisCluster).isCluster === true
}

/** A connection of our own, like the given one. */
export function ownConnection(client: RedisClient): RedisClient {
  return client.duplicate({ ...STANDALONE, readOnly: false })
}

export function ownCluster(client: RedisCluster): RedisCluster {
  return client.duplicate([], { ...CLUSTER, redisOptions: { ...client.options.redisOptions, ...CONNECTION } })
}

/** Whose rooms these are: applications that share a Redis stay apart by database and key prefix. */
export function defaultNamespace(client: RedisClient | RedisCluster): string {
  const { keyPrefix = '' } = client.options
  return `rooms:${isCluster(client) ? 0 : (client.options.db ?? 0)}:${keyPrefix}`
}
