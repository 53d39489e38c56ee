import type { FastifyRequest } from 'fastify'
import type { Contract, Kind } from 'rooms-protocol'
import type { Broker } from './broker/broker.js'
import { RoomsOptionsError } from './errors.js'
import type { Authorize, Claims, User } from './rooms-api.js'

/** Bounds of what one client, user or address may take. Bytes are UTF-8. */
export interface Limits {
  /** One object, both directions. */
  messageBytes: number
  /** One WebSocket message, both directions; also ws' `maxPayload`. */
  batchBytes: number
  /** Objects per second and connection other than `join` and `pong`; bursts of twice that. */
  messagesPerSecond: number
  /** Rooms per connection. */
  rooms: number
  connectionsPerUser: number
  connectionsPerIp: number
  /** Connections of this node. */
  connections: number
  /** Members one answer holds. */
  members: number
  /** One connection's presence state. */
  stateBytes: number
  /** Events one page of history holds. */
  historyEvents: number
  /** Time to authenticate. */
  unauthenticatedMs: number
  /** Unreadable messages per 10 s; the next closes 4013. */
  badMessages: number
  /** Unsent bytes above which a connection is ended with 4100. */
  highWaterBytes: number
  /** Unsent bytes above which signals and typing are dropped. */
  lowWaterBytes: number
}

const LIMITS: Limits = {
  messageBytes: 65_536, batchBytes: 262_144, messagesPerSecond: 50, rooms: 100, connectionsPerUser: 20, connectionsPerIp: 500,
  connections: Infinity, members: 200, stateBytes: 1_024, historyEvents: 300, unauthenticatedMs: 10_000, badMessages: 3,
  highWaterBytes: 1_048_576, lowWaterBytes: 65_536,
}

export interface RoomsOptions {
  /** Without one every kind is open to signed-in users and nothing is typed or validated. */
  contract?: Contract
  /** Default `memoryBroker()`. */
  broker?: Broker
  /** Stands before `/ws`, `/sse`, `/poll`, `/rooms`; Fastify ignores its own `prefix` for this plugin. Default none. */
  prefix?: string
  /** How tokens verified by @fastify/jwt become users; `user` defaults to `{ id: claims.sub }`. */
  jwt?: { namespace?: string; user?: (claims: Claims) => User }
  /** Replaces @fastify/jwt. `null` refuses with 4001. Also run for every `auth` frame, with that frame's token. */
  authenticate?: (request: FastifyRequest, token: string | null) => Promise<User | null>
  /** One function, or one per kind; `undefined` falls back to the contract's `access`. */
  authorize?: Authorize | { readonly [K in Kind]?: Authorize<K> }
  /** Allowed values of the `Origin` header. Default: the host the request came to. `'*'` cannot go with cookies. */
  origins?: readonly string[] | '*'
  /** What is kept per room unless its kind says otherwise. Default 100 events, 300,000 ms. */
  history?: { size?: number; ttlMs?: number }
  limits?: Partial<Limits>
  /** Silence after which the server probes a connection. Default 25,000. */
  pingMs?: number
  /** Longest delay that draining members are told to wait before they reconnect. Default 15,000. */
  drainMs?: number
  /**
   * A connection counts as present for `leaseMs` (25,000) after its last renewal, every `renewMs` (8,000); one that
   * closed goes on for `graceMs` (5,000), so that a reload is no leave.
   */
  presence?: { leaseMs?: number; renewMs?: number; graceMs?: number }
  /** Whether `?token=` is read. Default true. */
  queryToken?: boolean
}

/** Options with every default filled in and every value checked. */
export interface ResolvedOptions {
  readonly contract: Contract | null
  readonly broker: Broker | null
  readonly prefix: string
  readonly jwt: { readonly namespace: string | null; readonly user: ((claims: Claims) => User) | null }
  readonly authenticate: NonNullable<RoomsOptions['authenticate']> | null
  readonly authorize: NonNullable<RoomsOptions['authorize']> | null
  readonly origins: readonly string[] | '*' | null
  readonly history: { readonly size: number; readonly ttlMs: number }
  readonly limits: Limits
  readonly pingMs: number
  readonly drainMs: number
  readonly presence: { readonly leaseMs: number; readonly renewMs: number; readonly graceMs: number }
  readonly queryToken: boolean
}

const KNOWN = new Set(['contract', 'broker', 'prefix', 'jwt', 'authenticate', 'authorize', 'origins', 'history', 'limits', 'pingMs', 'drainMs', 'presence', 'queryToken'])

/** Checks what the application passed. Throws `FST_ROOMS_OPTIONS` naming the option and the cure. */
export function resolveOptions(options: RoomsOptions): ResolvedOptions {
  for (const name of Object.keys(options)) if (!KNOWN.has(name)) throw new RoomsOptionsError(name, `unknown; the options are ${[...KNOWN].join(', ')}`)
  const limits = { ...LIMITS }
  for (const [name, value] of Object.entries(options.limits ?? {})) {
    if (!Object.hasOwn(LIMITS, name)) throw new RoomsOptionsError(`limits.${name}`, `unknown; the limits are ${Object.keys(LIMITS).join(', ')}`)
    if (value !== undefined) limits[name as keyof Limits] = count(`limits.${name}`, value, name === 'connections')
  }
  if (limits.messageBytes > limits.batchBytes) throw new RoomsOptionsError('limits.batchBytes', 'must be at least limits.messageBytes: raise it, or lower limits.messageBytes')
  if (limits.lowWaterBytes > limits.highWaterBytes) throw new RoomsOptionsError('limits.highWaterBytes', 'must be at least limits.lowWaterBytes')
  const prefix = options.prefix ?? ''
  if (typeof prefix !== 'string' || (prefix !== '' && !/^\/[^?#:*]*[^/?#:*]$/.test(prefix))) throw new RoomsOptionsError('prefix', "must start with '/', not end with it, and hold no parameters: '/api'")
  return {
    contract: options.contract ?? null,
    broker: brokerOf(options.broker),
    prefix,
    jwt: { namespace: options.jwt?.namespace ?? null, user: functionOr('jwt.user', options.jwt?.user) },
    authenticate: functionOr('authenticate', options.authenticate),
    authorize: authorizeOf(options.authorize),
    origins: originsOf(options.origins),
    history: { size: count('history.size', options.history?.size ?? 100), ttlMs: count('history.ttlMs', options.history?.ttlMs ?? 300_000) },
    limits,
    pingMs: count('pingMs', options.pingMs ?? 25_000),
    drainMs: count('drainMs', options.drainMs ?? 15_000),
    presence: presenceOf(options.presence),
    queryToken: options.queryToken ?? true,
  }
}

function count(name: string, value: unknown, infinite = false): number {
  if (infinite && value === Infinity) return Infinity
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new RoomsOptionsError(name, `must be a whole number from 0 up, but is ${String(value)}`)
  return value as number
}

function presenceOf({ leaseMs = 25_000, renewMs = 8_000, graceMs = 5_000 }: NonNullable<RoomsOptions['presence']> = {}): ResolvedOptions['presence'] {
  if (count('presence.renewMs', renewMs) * 2 > count('presence.leaseMs', leaseMs)) throw new RoomsOptionsError('presence.renewMs', 'must be at most half of presence.leaseMs, so that one lost renewal is no leave')
  return { leaseMs, renewMs, graceMs: count('presence.graceMs', graceMs) }
}

function functionOr<F>(name: string, value: F | undefined): NonNullable<F> | null {
  if (value !== undefined && typeof value !== 'function') throw new RoomsOptionsError(name, 'must be a function')
  return value ?? null
}

function brokerOf(broker: Broker | undefined): Broker | null {
  if (broker !== undefined && typeof broker?.open !== 'function') throw new RoomsOptionsError('broker', 'must be a broker: memoryBroker(), or redisBroker(client) from fastify-rooms/redis')
  return broker ?? null
}

function authorizeOf(authorize: RoomsOptions['authorize']): ResolvedOptions['authorize'] {
  if (authorize === undefined || typeof authorize === 'function') return authorize ?? null
  if (typeof authorize !== 'object' || authorize === null) throw new RoomsOptionsError('authorize', 'must be a function, or an object with one function per kind')
  for (const [kind, ask] of Object.entries(authorize)) functionOr(`authorize.${kind}`, ask as unknown)
  return authorize
}

function originsOf(origins: RoomsOptions['origins']): ResolvedOptions['origins'] {
  if (origins === undefined || origins === '*') return origins ?? null
  if (!Array.isArray(origins)) throw new RoomsOptionsError('origins', "must be a list of origins such as ['https://app.example.com'], or '*'")
  for (const origin of origins) {
    const url = URL.canParse(origin) ? new URL(origin) : null
    if (url?.origin !== origin) throw new RoomsOptionsError('origins', `'${String(origin)}' is not an origin: write scheme, host and port only, such as 'https://app.example.com'`)
  }
  return origins
}
