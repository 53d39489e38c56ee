import type { FastifyRequest } from 'fastify'
import type { Contract, Kind } from 'rooms-protocol'
import type { Broker } from './broker/broker.js'
import { RoomsOptionsError } from './errors.js'
import { type Fields, isFields } from './fields.js'
import { isKind, KIND_RULE } from './names.js'
import type { Authorize, Claims, User } from './rooms-api.js'

/** Bounds of what one client, user or address may take. Bytes are UTF-8. */
export interface Limits {
  /** One object, both directions. */
  messageBytes: number
  /** One WebSocket message, both directions; also ws' `maxPayload`. */
  batchBytes: number
  /** Objects per second and connection, bursts of twice that. `pong` does not count, nor the first `4 * rooms` objects `join`. */
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

/** Limits that may be 0: nothing of the kind is allowed, or nobody is listed. */
const MAY_BE_ZERO = new Set(['members', 'stateBytes', 'badMessages', 'lowWaterBytes'])

export interface RoomsOptions {
  /** Without one every kind is open to signed-in users and nothing is typed or validated. */
  contract?: Contract
  /** Default `memoryBroker()`. */
  broker?: Broker
  /** Stands before `/ws`, `/sse`, `/poll`, `/rooms`; Fastify ignores its own `prefix` for this plugin. Default none. */
  prefix?: string
  /**
   * How tokens verified by @fastify/jwt become users; `user` defaults to `{ id: claims.sub }`. `verify` names the request
   * decorator where @fastify/jwt was given a `jwtVerify` name; default `jwtVerify`, with a namespace `<namespace>JwtVerify`.
   * What `user` returns as `info` is what members see of each other.
   * @example user: (claims) => ({ id: claims.sub, info: { name: claims.name } })
   */
  jwt?: { namespace?: string; verify?: string; user?: (claims: Claims) => User }
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
  readonly jwt: { readonly namespace: string | null; readonly verify: string; readonly user: ((claims: Claims) => User) | null }
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

const KNOWN = ['contract', 'broker', 'prefix', 'jwt', 'authenticate', 'authorize', 'origins', 'history', 'limits', 'pingMs', 'drainMs', 'presence', 'queryToken']
/** The longest a timer can wait; Node runs longer ones at once. */
const MAX_MS = 2 ** 31 - 1
/** ws keeps `maxPayload` in 32 bits, and takes what does not fit for no limit. */
const MAX_BYTES = 2 ** 31 - 1

/** Checks what the application passed. Throws `FST_ROOMS_OPTIONS` naming the option and the cure. */
export function resolveOptions(options: RoomsOptions): ResolvedOptions {
  // Fastify adds nothing of its own but its `prefix`, which is ours as well.
  known('', options, KNOWN)
  known('jwt.', options.jwt, ['namespace', 'verify', 'user'])
  known('history.', options.history, ['size', 'ttlMs'])
  known('presence.', options.presence, ['leaseMs', 'renewMs', 'graceMs'])
  const { contract, prefix = '', queryToken = true, pingMs = 25_000, drainMs = 15_000 } = options
  const { size = 100, ttlMs = 300_000 } = options.history ?? {}
  if (typeof prefix !== 'string' || (prefix !== '' && !/^(\/[^/?#:*%\s]+)+$/.test(prefix))) throw new RoomsOptionsError('prefix', "must start with '/', not end with it, and hold no parameters, spaces or '%': '/api'")
  if (contract !== undefined && !isPlain(contract)) throw new RoomsOptionsError('contract', 'must be what defineContract returned: left out, every kind is open to everyone')
  if (typeof queryToken !== 'boolean') throw new RoomsOptionsError('queryToken', 'must be true or false')
  const { namespace } = options.jwt ?? {}
  if (namespace !== undefined && typeof namespace !== 'string') throw new RoomsOptionsError('jwt.namespace', 'must be the namespace string given to @fastify/jwt')
  const { verify = namespace === undefined ? 'jwtVerify' : `${namespace}JwtVerify` } = options.jwt ?? {}
  if (typeof verify !== 'string') throw new RoomsOptionsError('jwt.verify', 'must be the jwtVerify name given to @fastify/jwt')
  return {
    contract: contract ?? null, prefix, queryToken,
    broker: brokerOf(options.broker),
    jwt: { namespace: namespace ?? null, verify, user: functionOr('jwt.user', options.jwt?.user) },
    authenticate: functionOr('authenticate', options.authenticate),
    authorize: authorizeOf(options.authorize, contract ?? null),
    origins: originsOf(options.origins),
    history: { size: whole('history.size', size), ttlMs: duration('history.ttlMs', ttlMs) },
    limits: limitsOf(options.limits),
    pingMs: duration('pingMs', pingMs),
    drainMs: duration('drainMs', drainMs, 0),
    presence: presenceOf(options.presence),
  }
}

/** Some objects have no text. */
export const said = (value: unknown): string => (typeof value === 'object' && value !== null ? 'an object' : String(value))

/** A whole number from `least` up. */
export function whole(name: string, value: unknown, least = 0): number {
  if (!Number.isSafeInteger(value) || (value as number) < least) throw new RoomsOptionsError(name, `must be a whole number from ${least} up, but is ${said(value)}`)
  return value as number
}

/** Milliseconds that a timer can wait, from `least` up. */
export function duration(name: string, value: unknown, least = 1): number {
  if (whole(name, value, least) > MAX_MS) throw new RoomsOptionsError(name, `must be at most ${MAX_MS} ms, but is ${String(value)}`)
  return value as number
}

/** Whether all it says is its own: what an instance of a class inherits, or a `Map` holds, nobody would read. */
function isPlain(value: unknown): value is Fields {
  if (!isFields(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** Refuses what is no object, and names that nothing reads. `path` ends with a dot. */
export function known(path: string, given: unknown, names: readonly string[]): void {
  if (given === undefined) return
  if (!isPlain(given)) throw new RoomsOptionsError(path.slice(0, -1) || 'options', `must be a plain object with some of ${names.join(', ')}`)
  for (const name of Object.keys(given)) if (!names.includes(name)) throw new RoomsOptionsError(`${path}${name}`, `unknown; there are ${names.join(', ')}`)
}

function limitsOf(given: Partial<Limits> | undefined): Limits {
  known('limits.', given, Object.keys(LIMITS))
  const limits = { ...LIMITS }
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === undefined) continue
    const path = `limits.${name}`
    limits[name as keyof Limits] = name === 'connections' && value === Infinity ? Infinity : name === 'unauthenticatedMs' ? duration(path, value) : whole(path, value, MAY_BE_ZERO.has(name) ? 0 : 1)
  }
  if (limits.batchBytes > MAX_BYTES) throw new RoomsOptionsError('limits.batchBytes', `must be at most ${MAX_BYTES}: ws counts no further`)
  if (limits.messageBytes > limits.batchBytes) throw new RoomsOptionsError('limits.batchBytes', 'must be at least limits.messageBytes: raise it, or lower limits.messageBytes')
  if (limits.lowWaterBytes > limits.highWaterBytes) throw new RoomsOptionsError('limits.highWaterBytes', 'must be at least limits.lowWaterBytes')
  return limits
}

function presenceOf({ leaseMs = 25_000, renewMs = 8_000, graceMs = 5_000 }: NonNullable<RoomsOptions['presence']> = {}): ResolvedOptions['presence'] {
  if (duration('presence.renewMs', renewMs) * 2 > duration('presence.leaseMs', leaseMs)) throw new RoomsOptionsError('presence.renewMs', 'must be at most half of presence.leaseMs, so that one lost renewal is no leave')
  return { leaseMs, renewMs, graceMs: duration('presence.graceMs', graceMs, 0) }
}

function functionOr<F>(name: string, value: F | undefined): NonNullable<F> | null {
  if (value !== undefined && typeof value !== 'function') throw new RoomsOptionsError(name, 'must be a function')
  return value ?? null
}

function brokerOf(broker: Broker | undefined): Broker | null {
  if (broker !== undefined && typeof broker?.open !== 'function') throw new RoomsOptionsError('broker', 'must be a broker: memoryBroker(), or redisBroker(client) from fastify-rooms/redis')
  return broker ?? null
}

function authorizeOf(authorize: RoomsOptions['authorize'], contract: Contract | null): ResolvedOptions['authorize'] {
  if (authorize === undefined || typeof authorize === 'function') return authorize ?? null
  if (!isPlain(authorize)) throw new RoomsOptionsError('authorize', 'must be a function, or a plain object with one function per kind: methods of a class would not be asked')
  for (const [kind, ask] of Object.entries(authorize)) {
    functionOr(`authorize.${kind}`, ask as unknown)
    // Nobody would ask it, and its rooms would be open.
    if (!isKind(kind)) throw new RoomsOptionsError(`authorize.${kind}`, `is not a kind, which is ${KIND_RULE}: 'chat' is asked about all rooms 'chat:…'`)
    if (contract !== null && !Object.hasOwn(contract, kind)) throw new RoomsOptionsError(`authorize.${kind}`, `the contract has no kind '${kind}'; it has ${Object.keys(contract).join(', ')}`)
  }
  return authorize
}

function originsOf(origins: RoomsOptions['origins']): ResolvedOptions['origins'] {
  if (origins === undefined || origins === '*') return origins ?? null
  if (!Array.isArray(origins)) throw new RoomsOptionsError('origins', "must be a list of origins such as ['https://app.example.com'], or '*'")
  for (const origin of origins) {
    const url = typeof origin === 'string' && URL.canParse(origin) ? new URL(origin) : null
    if (url?.origin !== origin) throw new RoomsOptionsError('origins', `'${said(origin)}' is not an origin: write scheme, host and port only, such as 'https://app.example.com'`)
  }
  return origins
}
