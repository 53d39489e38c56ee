import type { FastifyBaseLogger } from 'fastify'
import type { Member, Position } from 'rooms-protocol'
import type { Awaitable } from '../rooms-api.js'

/**
 * What nodes share. `memoryBroker()` keeps it in the process; `fastify-rooms/redis` keeps it in Redis.
 * A broker object may be given to several Fastify instances: each opens its own link and closes only that.
 */
export interface Broker {
  /** Called once per Fastify instance, before it is ready. Rejects when the broker cannot work at all. */
  open(host: BrokerHost): Promise<BrokerLink>
}

/** What a node offers its broker. */
export interface BrokerHost {
  readonly log: FastifyBaseLogger
  /** How long a connection counts as present without a renewal, and how often it is renewed. */
  readonly presence: { readonly leaseMs: number; readonly renewMs: number }
  /** Called once in the cluster, on one node, when a user's first connection enters a room or the last one is gone. */
  memberChanged(room: string, user: string, present: boolean): void
}

/**
 * One node's access to the broker. Every promise settles within a second or rejects with `FST_ROOMS_UNAVAILABLE` or
 * `FST_ROOMS_UNCERTAIN`. What each publish asks may be answered at once, where nobody else has to be asked.
 */
export interface BrokerLink {
  /** Whether no other node shares these rooms at present. */
  readonly alone: boolean
  /** Atomic: idempotency hit → the original result; else next offset, history, publish to every subscriber. Called by `send` and publishes. */
  append(request: AppendRequest): Awaitable<AppendResult>
  /** Takes an idempotency key before a handler runs. Atomic; `mine` holds for `CLAIM_LEASE_MS`, then another may take it. */
  claim(room: string, key: IdempotencyKey): Awaitable<Claim>
  /** Marks a claim done without an event; `result` is JSON. */
  settle(room: string, key: IdempotencyKey, result: string): Awaitable<void>
  /** Gives a claim back, so that a retry runs the handler again. */
  release(room: string, key: IdempotencyKey): Promise<void>
  /** One atomic page of history, and the end of the stream at that moment. Called at joins, gaps and by `history`. */
  read(room: string, from: ReadFrom, limit: number): Promise<Page>
  /** Resolves only once live: every entry appended after that is delivered, in order or again. */
  subscribe(room: string, listener: RoomListener): Promise<Subscription>
  /** Begins the room's stream anew: every member on every node is reset. For changes that could not be sent. */
  restart(room: string): Promise<void>
  /** Best effort, no history: signals and typing. */
  broadcast(room: string, message: Ephemeral): void
  /** Enters a connection's lease or replaces its state; resolves with the revision its diff carries. Atomic. */
  setPresence(room: string, lease: Lease): Promise<number>
  /**
   * Takes over a lease from whichever link holds it, and tells nobody, because nothing changed; resolves with it, or with
   * null where it is gone or another user's. For clients whose requests arrive at any node.
   */
  resumePresence(room: string, connection: string, user: string): Promise<Lease | null>
  /** Ends a lease after `graceMs`, unless the user comes back meanwhile. Does nothing where another link has taken the lease over. */
  endPresence(room: string, connection: string, graceMs: number): Promise<void>
  /** Members in order of user id, after `after`; `size` counts all users. */
  members(room: string, page: { readonly after?: string | undefined; readonly limit: number }): Promise<MembersPage>
  /** Closes this node's link; subscriptions end, nothing is delivered afterwards. */
  close(): Promise<void>
}

/** How long a claim is a handler's before a retry may run it again. */
export const CLAIM_LEASE_MS = 15_000
/** How long a finished idempotency key is remembered. */
export const IDEMPOTENCY_MS = 300_000
/** Least life of a room's meta without use; twice the history's life if that is longer. */
export const META_MS = 600_000

/** One kept event: the header a node orders by, and the finished wire object it writes. */
export interface Entry {
  readonly epoch: string
  readonly offset: number
  readonly tag: string
  readonly previousTag: string
  /** The connection that gets `skip` instead. */
  readonly except: string | null
  /** The `event` object as it goes to members. */
  readonly frame: string
}

/** The hash tells a retry from another message under the same id. */
export interface IdempotencyKey {
  /** Who chose the id: a user's id, or '' for the server. */
  readonly scope: string
  readonly id: string
  /** Of what is said; 32 bits, signed. */
  readonly hash: number
}

export interface HistoryLimits {
  /** Entries kept. */
  readonly size: number
  /** Life of the history after its newest entry. */
  readonly ttlMs: number
}

export interface AppendRequest {
  readonly room: string
  /** The event's id. */
  readonly id: string
  /** The wire object before and after `"offset":…,"tag":…,"at":…`, which the broker writes. */
  readonly head: string
  readonly tail: string
  readonly except: string | null
  readonly history: HistoryLimits
  readonly key: IdempotencyKey | null
}
export type AppendResult =
  | { readonly state: 'appended'; readonly position: string }
  | { readonly state: 'duplicate'; readonly position: string | null; readonly result: string | null }
  | { readonly state: 'conflict' }

export type Claim =
  | { readonly state: 'mine' }
  | { readonly state: 'pending' }
  | { readonly state: 'conflict' }
  | { readonly state: 'done'; readonly position: string | null; readonly result: string | null }

export type ReadFrom = { readonly since: Position } | { readonly last: number }
export interface Page {
  /** Whether `since` is a place of this stream; only `ok` has entries. */
  readonly verdict: 'ok' | 'epoch' | 'ahead' | 'trimmed' | 'fork'
  readonly entries: readonly Entry[]
  /** Whether entries between the last of this page and `end` remain. */
  readonly more: boolean
  readonly end: Position
}

export interface RoomListener {
  onEntry(entry: Entry): void
  onEphemeral(message: Ephemeral): void
  onPresence(change: PresenceChange): void
  /** Nothing is delivered until `onBack`. */
  onAway(): void
  /** Delivery goes on; what happened meanwhile must be read. */
  onBack(): void
  /** The stream began anew. */
  onRestarted(): void
}
export interface Subscription {
  close(): Promise<void>
}

export type Ephemeral =
  | { readonly kind: 'signal'; readonly frame: string; readonly except: string | null }
  | { readonly kind: 'typing'; readonly frame: string; readonly user: string; readonly on: boolean }

/** One connection's presence in one room; the broker notes since when. */
export interface Lease {
  readonly connection: string
  readonly user: string
  readonly info: unknown
  readonly state: unknown
}
export interface PresenceChange {
  /** Grows by one with every change of the room. */
  readonly revision: number
  readonly left: readonly string[]
  readonly joined: readonly Member[]
  readonly changed: readonly Member[]
  readonly size: number
}
export interface MembersPage {
  readonly revision: number
  readonly members: readonly Member[]
  readonly more: boolean
  readonly size: number
}
