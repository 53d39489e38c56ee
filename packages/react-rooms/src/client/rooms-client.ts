import type { RegisteredContract, RoomName, StateOf, KindOf } from 'rooms-protocol'
import type { Clock } from './clock.js'
import type { RoomsClientOptions } from './options.js'
import type { HoldOptions, RoomFor } from './room.js'

/** Where a connection stands, as `useConnection` shows it. */
export type ConnectionStatus = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'offline' | 'unauthorized' | 'closed'

/** An immutable snapshot of the connection; with `share: false` the worst of all of them. */
export interface ConnectionInfo {
  readonly status: ConnectionStatus
  /** Away for longer than `lostAfterMs`, or stopped: what is on the screen may be old. */
  readonly lost: boolean
  /** Failed attempts since the last stable connection. */
  readonly attempt: number
  /** When the next attempt starts, epoch ms; null while none is planned. */
  readonly retryAt: number | null
  readonly transport: 'websocket' | null
  /** Publishes not yet settled. */
  readonly queued: number
  /** When this client was last known to be in step, epoch ms. */
  readonly lastSyncedAt: number | null
}

/** A client; inert until a room is first held. */
export interface RoomsClient<C = RegisteredContract> {
  /** The handle of a room; does not hold it. */
  room<N extends RoomName<C>>(name: N): RoomFor<N, C>
  /**
   * Holds a room: joined while anybody holds it and `lingerMs` longer. The connection opens in a microtask, if the room
   * is still held then. Returns the release; calling it twice does nothing.
   */
  retain<N extends RoomName<C>>(name: N, options?: HoldOptions<StateOf<KindOf<N, C>, C>>): () => void
  /** The state of the connection; the same object until something changes. */
  connection(): ConnectionInfo
  /** Tells of changes of `connection()`. */
  subscribe(listener: () => void): () => void
  /** Who the server says we are; null before the first welcome. */
  user(): string | null
  /** Connects and joins at once whatever waits, was refused or was stopped. */
  retryNow(): void
  /** Ends everything for good; unsettled publishes reject. */
  close(): Promise<void>
  /** The clock this client runs on. */
  readonly clock: Clock
}

/**
 * Makes a client. Nothing is opened until a room is first held.
 *
 * @example
 * const client = createRoomsClient({ url: '', getToken: () => auth.token() })
 * const stop = client.room('order:42').on('order.updated', (order) => show(order))
 */
export function createRoomsClient<C = RegisteredContract>(options: RoomsClientOptions): RoomsClient<C> {
  throw new Error(`not built yet: ${options.url}`)
}
