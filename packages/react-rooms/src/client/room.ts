import type {
  EventData, EventName, KindOf, PublishInput, PublishName, RegisteredContract, RoomEvent, RoomName, SignalData, SignalInput, SignalName, StateOf,
} from 'rooms-protocol'

/** What the client knows of an event besides its name and data. */
export interface EventMeta {
  readonly offset: number
  readonly id: string
  /** The user whose publish made it; undefined when the server sent it on its own. */
  readonly from: string | undefined
  /** Broker time, epoch ms. */
  readonly at: number
  /** Happened before the join that brought it: history, not news. */
  readonly replayed: boolean
}

/** The server's answer to a publish. */
export interface Ack {
  readonly id: string
  /** Where the event stands; absent when the handler appended none. */
  readonly position?: string
  /** A retry that found its work done already. */
  readonly duplicate?: boolean
  /** What the handler returned, when its name is no event. */
  readonly result?: unknown
}

export interface PublishOptions {
  /** The idempotency key, `^[A-Za-z0-9_.:-]{1,64}$`; random by default. The same id never acts twice. */
  id?: string | undefined
  /** `false` rejects with `unavailable` instead of waiting while the room is not joined. Default true. */
  queue?: boolean | undefined
}

/**
 * What a room is to this client: `joining` (not in it yet), `live`, `catching-up` (was in it, comes back), `paused`
 * (joined, the server cannot hear its broker), `refused` (may not), `left` (nobody here holds it, or it was closed).
 */
export type RoomStatus = 'joining' | 'live' | 'catching-up' | 'paused' | 'refused' | 'left'

/** How a room is held. With several holders: pages of members if one wants them, the first given rewind and state. */
export interface HoldOptions<S = unknown> {
  /** Load all members, page by page, even while nobody reads the presence. */
  presence?: boolean | undefined
  /** Replay the last N events at a fresh join. */
  rewind?: number | undefined
  /** The presence state to join with. */
  state?: S | undefined
}

/** One place of the stream, as it reaches this client: an event, or an offset that was not for this connection. */
export type Delivery = { readonly position: string; readonly offset: number; readonly again: boolean } & (
  | { readonly type: 'event'; readonly event: string; readonly data: unknown; readonly meta: EventMeta }
  /** `id` of the event: a change of one's own is done, though its event goes to the others only. */
  | { readonly type: 'skip'; readonly id?: string | undefined }
)

/** What a `joined` frame said of continuity. */
export interface Joined {
  /** Whether the position the client gave could be resumed; undefined when it gave none. */
  readonly recovered?: boolean | undefined
  /** Why not. */
  readonly reason?: string | undefined
  /** Where the replay ends and live begins. */
  readonly position: string
  /** Events and skips that follow as replay. */
  readonly replay: number
}

/** Any handle. Whoever listens with one of the `on…` holds the room, until they stop. */
export interface AnyRoom {
  readonly name: string
  readonly kind: string
  status(): RoomStatus
  /** Tells of changes of `status()`. Returns its own unsubscribe. */
  subscribe(listener: () => void): () => void
  /** Position of the last event applied; null before the first join and after a room was left. */
  position(): string | null
  /** Whether what is derived from this room is, or may yet be made, whole: neither refused nor left, and connected or away for less than `lostAfterMs`. */
  recoverable(): boolean
  /** The connection's id, for the `Rooms-Connection` header; null while not connected. */
  connectionId(): string | null
  /** Continuity broke (a `reset`, a join that did not recover, another user): refetch what you derived from this room. */
  onReset(listener: (reason: string) => void): () => void
  /** Each `joined`, before its replay. An unrecovered one is told to `onReset` too, afterwards. */
  onJoined(listener: (joined: Joined) => void): () => void
  /**
   * Every offset in order, none lost, skips included. `again` marks what `rejoinFrom`
   * brought a second time: listeners of `on` do not get those.
   */
  onAny(listener: (delivery: Delivery) => void): () => void
  /** Joins again from an older position of the same epoch; what was applied already comes to `onAny` with `again`. */
  rejoinFrom(position: string): void
}

/** A handle: methods only, the same object for the same name. `K` is the kind. */
export interface Room<K extends string, C = RegisteredContract> extends AnyRoom {
  readonly kind: K
  /** Listens without loss, in order, each event once. Returns its own unsubscribe. */
  on<E extends EventName<K, C>>(event: E, listener: (data: EventData<K, E, C>, meta: EventMeta) => void): () => void
  /** All events of the room, as a union to switch over. */
  onEvents(listener: (event: RoomEvent<K, C>, meta: EventMeta) => void): () => void
  /**
   * Publishes, now or when the room is joined. Always settles, at the latest after `queue.maxAgeMs`; a rejection nobody
   * listens to is no unhandledrejection.
   *
   * @throws RoomsPublishError with the server's error code, or `queue_full`, `unavailable` (not done), `uncertain` (may be done).
   * @throws RoomChangedError when the room was let go of before this was sent.
   */
  publish<E extends PublishName<K, C>>(event: E, data: PublishInput<K, E, C>, options?: PublishOptions): Promise<Ack>
  /** Sends a signal to whoever is here now; dropped while the room is not joined. */
  signal<S extends SignalName<K, C>>(signal: S, data: SignalInput<K, S, C>): void
  onSignal<S extends SignalName<K, C>>(signal: S, listener: (data: SignalData<K, S, C>, meta: { from: string }) => void): () => void
  /** Merges into this connection's presence state; throttled, the last value wins, sent again at each join. */
  setState(patch: Partial<StateOf<K, C>>): void
  /** Says that the person types, or stopped; call it at each input. */
  setTyping(on: boolean): void
}

/** The handle for a room name. */
export type RoomFor<N extends RoomName<C>, C = RegisteredContract> = Room<KindOf<N, C>, C>
