import type {
  EventData, Info, JoinReason, Kind, Member, PublishInput, PublishName, RegisteredContract, SendName, SignalData, SignalName, StateOf,
} from 'rooms-protocol'
import type { AnyHandler, Held, MockAnswer, MockPublication } from './publishing.js'

/** What `send` did. */
export interface MockSent {
  readonly id: string
  /** Where the event stands. */
  readonly position: string
}

export interface MockSendOptions {
  /** The event's id; a REST handler passes on the request's `Rooms-Event-Id`, which settles a `predict`. Default: made up. */
  readonly id?: string | null | undefined
  /** The user whose doing it was. Default: the server's own. */
  readonly from?: string | undefined
  /** The connection that is told only that something happened: a request's `Rooms-Connection`. */
  readonly except?: string | null | undefined
}

/** Gives the data of the event, or nothing for an ack without one; refuses by `publication.refuse`; answers late by a promise. */
export type MockPublishHandler<K, P, C> = (
  data: PublishInput<K, P, C>, publication: MockPublication,
) => Reply<K, P, C> | MockAnswer | undefined | void | Promise<Reply<K, P, C> | MockAnswer | undefined | void>
type Reply<K, P, C> = EventData<K, P, C>

/** A room, from the server's side. `K` is its kind. Nothing is delivered before the next turn: `await rooms.flush()`. */
export interface MockRoom<K extends string = Kind, C = RegisteredContract> {
  readonly name: string
  /**
   * Sends a durable event to whoever is in the room, and keeps it in the history.
   *
   * @throws RoomsUsageError while a component is still joining: it would never get the event.
   * @example room.send('message', { id: '1', text: 'hello' }, { from: 'bo' })
   */
  send<E extends SendName<K, C>>(event: E, data: EventData<K, E, C>, options?: MockSendOptions): MockSent
  /** Sends a signal. Throws when nobody ever joined: a signal is not kept. */
  signal<S extends SignalName<K, C>>(signal: S, data: SignalData<K, S, C>, options?: { readonly from?: string }): void
  /** Somebody else comes, or comes with another device; for who is here already, other `info` or `state`. */
  join(user: string, member?: { readonly info?: Info; readonly state?: StateOf<K, C> | null }): void
  /** Somebody else goes. Throws for who is not here. */
  leave(user: string): void
  /** Somebody who is here types, or stopped; forgotten after six seconds of the client's time. */
  typing(user: string, on?: boolean): void
  /** Who is here, the client's own user included. */
  members(): readonly Member<K, C>[]
  /** What the client may do: enforced at once, told at its next join. A list may hold `*`; what is left out stays. */
  grant(grants: { readonly publish?: readonly (PublishName<K, C> | '*')[]; readonly signal?: readonly (SignalName<K, C> | '*')[]; readonly presence?: boolean; readonly history?: boolean }): void
  /** Lets nobody in, and whoever is in out. With the default 4003 the room's status becomes `refused`. */
  refuse(code?: number, reason?: string): void
  /** Lets people in again; the client asks when it is told to by `client.retryNow()`. */
  allow(): void
  /** The server cannot hear its broker: nothing is delivered, publishes fail with `unavailable`, the status is `paused`. */
  pause(): void
  /** Delivers what was held back by `pause`. */
  resume(): void
  /** Begins the stream anew and says so to whoever is in the room. */
  reset(reason?: string): void
  /** Begins the stream anew and says nothing: a client that comes back is told that it missed something, and why. */
  forget(reason?: JoinReason): void
  /**
   * What becomes of a publish; without a handler it becomes the event of the same name, with the same data. Returns its own removal.
   * What a handler throws by mistake is answered with `internal` and thrown again by the next `flush()`.
   *
   * @example room.onPublish('message', ({ text }, { id, user }) => ({ id, author: user, text }))
   * @example room.onPublish('message', (_, { refuse }) => refuse('muted'))
   */
  onPublish<P extends PublishName<K, C>>(event: P, handler: MockPublishHandler<K, P, C>): () => void
  /** Makes publishes wait: undone, or with `ack` done but unanswered, until the returned `release()`. */
  hold<P extends PublishName<K, C>>(event: P, what?: 'publish' | 'ack'): Held<PublishInput<K, P, C>>
  /** The newest place in the stream. */
  position(): string
  /** The header that says how new a REST response is. */
  headers(): { readonly 'Rooms-Position': string }
  /** A REST response with that header, for a `queryFn` that calls `seen`. */
  response(body: unknown, init?: ResponseInit): Response
}

/** What `MockRoom` is, without an application's types. */
export interface AnyMockRoom extends Omit<MockRoom, 'send' | 'signal' | 'onPublish' | 'hold' | 'members'> {
  send(event: string, data: unknown, options?: MockSendOptions): MockSent
  signal(signal: string, data: unknown, options?: { readonly from?: string }): void
  onPublish(event: string, handler: AnyHandler): () => void
  hold(event: string, what?: 'publish' | 'ack'): Held<unknown>
  members(): readonly Member[]
}
