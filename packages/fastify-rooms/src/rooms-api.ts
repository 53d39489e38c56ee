import type { FastifyBaseLogger } from 'fastify'
import type { EventInput, EventName, Kind, KindOf, Member, Info, PublishName, PublishOutput, Register, RoomEvent, RoomName, SendName, SignalInput, SignalName } from 'rooms-protocol'

import type { RoomsStats } from './stats.js'

/** The verified payload of a token; declare its shape as `claims` in `Register`. Never leaves the server. */
export type Claims = Register extends { claims: infer T } ? T : Record<string, unknown>

/** Who authenticated. */
export interface User {
  /** 1-128 bytes of text; `sub` of the token by default. */
  id: string
  /** What every member of a room may see of this user; nothing by default. */
  info?: Info
  claims?: Claims
  /** Epoch ms; the connection is closed with 4001 within 5 s of it unless the client refreshes. */
  expiresAt?: number
}

/** What `send` did. */
export interface Sent {
  id: string
  /** Where the event stands; `null` when the broker was away and `committed` was set. */
  position: string | null
  /** The id was used before for the same data: nothing was sent again. */
  duplicate: boolean
}
export interface SendOptions {
  /** Makes retries idempotent for 300 s per room; `^[A-Za-z0-9_.:-]{1,64}$`. Default: random. */
  id?: string | undefined
  /** A connection that already knows: it gets `skip` instead of the event. */
  except?: string | undefined
  /** The user shown as the event's author. */
  from?: string | undefined
  /** The change is stored already: never reject because the broker is away. */
  committed?: boolean
}

export interface RoomRef<K = Kind> { name: RoomName; kind: K; id: string }

/** A client's publish, as its handler gets it. */
export interface Publication<K, P> {
  room: RoomRef<K>
  user: User
  /** `null` when it came over plain HTTP. */
  connection: string | null
  /**
   * The publish id. Handlers run at least once, so make it the unique key of what you store, together with the user:
   * ids are unique per user only, and events show them to everyone.
   */
  id: string
  data: PublishOutput<K, P>
  log: FastifyBaseLogger
  /** Aborts when the answer is no longer awaited: after 10 s, or at shutdown. */
  signal: AbortSignal
}
export type Reply<K, P> = P extends EventName<K> ? EventInput<K, P> | undefined | void : unknown
export type Awaitable<T> = T | Promise<T>
export interface Session { connection: string; user: User; log: FastifyBaseLogger }

/** `fastify.rooms`. */
export interface Rooms {
  /**
   * Sends a durable event to everyone in a room, on every node.
   * Rejects with `FST_ROOMS_INVALID_DATA` (the message names the path), `FST_ROOMS_UNKNOWN_ROOM`,
   * `FST_ROOMS_UNKNOWN_EVENT`, `FST_ROOMS_BAD_ID`, `FST_ROOMS_TOO_LARGE`, `FST_ROOMS_CONFLICT`, and within 1 s with
   * `FST_ROOMS_UNAVAILABLE` or `FST_ROOMS_UNCERTAIN` when the broker is away. Never call it inside an open transaction.
   * @example await app.rooms.send(`user:${order.owner}`, 'order.updated', order)
   */
  send<N extends RoomName, E extends SendName<KindOf<N>>>(room: N, event: E, data: EventInput<KindOf<N>, E>, options?: SendOptions): Promise<Sent>
  /** Sends a signal, `from` the empty user: no offset, no history, dropped first under pressure. Throws on data that breaks the contract or is over `limits.messageBytes`. */
  signal<N extends RoomName, S extends SignalName<KindOf<N>>>(room: N, signal: S, data: SignalInput<KindOf<N>, S>): void
  /**
   * Says what the server does with a publish. If `name` is also an event, the return value is that event's data
   * (`undefined` sends nothing); otherwise it is the `result` of the client's ack. One handler per name, before ready.
   * @example app.rooms.handle('chat', 'message', async ({ id, user, data }) => messages.insertOnce({ id: `${user.id}:${id}`, author: user.id, ...data }))
   */
  handle<K extends Kind, P extends PublishName<K>>(kind: K, name: P, handler: (publication: Publication<K, P>) => Awaitable<Reply<K, P>>): void
  addHook(name: 'onConnect' | 'onDisconnect', hook: (session: Session) => Awaitable<void>): void
  addHook(name: 'onJoin' | 'onLeave', hook: (session: Session & { room: RoomRef }) => Awaitable<void>): void
  addHook(name: 'onMemberJoined' | 'onMemberLeft', hook: (member: { room: RoomRef; user: string }) => Awaitable<void>): void
  /** Members in order of user id: at most `limit` (default and maximum `limits.members`) after the user `after`. */
  members<N extends RoomName>(room: N, page?: { limit?: number; after?: string }): Promise<Member<KindOf<N>>[]>
  /** How many users are present. */
  size(room: RoomName): Promise<number>
  /** The newest place in the room's stream; read it before the data it belongs to. */
  position(room: RoomName): Promise<string>
  /**
   * Kept events after `since` (default: all kept), oldest first, at most `limit` (default and maximum `limits.historyEvents`).
   * Empty when `since` is no place of the room's present stream; rejects with `FST_ROOMS_BAD_POSITION` for garbage.
   */
  history<N extends RoomName>(room: N, options?: { since?: string; limit?: number }): Promise<RoomEvent<KindOf<N>>[]>
  /**
   * Ends every connection of a user, or one connection, with 4010; or takes everyone out of a room, whose shared
   * connections stay. Acts on every node within 2 s. Rejects with `FST_ROOMS_UNAVAILABLE` when the broker is away.
   */
  disconnect(who: { user: string } | { connection: string } | { room: string }): Promise<void>
  /** What this node counted since it started, and how it stands now. */
  stats(): RoomsStats
  /** For health checks: rejects with `FST_ROOMS_UNAVAILABLE` (status 503) while the broker is away or the node is draining. */
  ready(): Promise<void>
  /** Asks `authorize` again for every room of a user, on every node within 2 s; who may not stay gets `left` 4003. */
  recheck(user: string): Promise<void>
}

/** What a user may do in a room until a recheck. A list left out grants none; a flag left out grants it. */
export interface Grants { publish?: readonly string[]; signal?: readonly string[]; presence?: boolean; history?: boolean }
export interface Question<K = Kind> { user: User; room: RoomRef<K>; action: 'join' | 'publish' | 'signal' | 'presence' | 'history'; name?: string }
export type Authorize<K = Kind> = (question: Question<K>) => Awaitable<boolean | Grants | undefined>
