import type { KindOf, RegisteredContract, RoomName, StateOf } from 'rooms-protocol'
import type { Clock } from './clock.js'
import { NO_CONNECTION, worstOf, type ConnectionInfo } from './connection-info.js'
import { createConnection, type Connection } from './connection.js'
import { RoomsUsageError } from './errors.js'
import { listenToNetwork } from './network-hints.js'
import { settingsOf, type RoomsClientOptions, type Settings } from './options.js'
import { createRoom, type RoomHandle } from './room-handle.js'
import type { HoldOptions, RoomFor } from './room.js'
import { createStore } from './store.js'

/** A client; inert until a room is first held. */
export interface RoomsClient<C = RegisteredContract> {
  /** The handle of a room; does not hold it. Throws `RoomsUsageError` for a name outside the grammar: `roomName` makes one of any text. */
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
  /** Connects and joins at once whatever waits, was refused or was stopped. Call it after signing in. */
  retryNow(): void
  /** Ends everything for good; unsettled publishes reject. */
  close(): Promise<void>
  /** The clock this client runs on. */
  readonly clock: Clock
}

/** What devtools read of a client beside its public face. */
export interface RoomsClientInternals {
  /** Connections read `open` anew for each session. */
  readonly settings: Settings
  /** The rooms somebody holds, or held less than a linger ago. */
  heldRooms(): Iterable<RoomHandle>
  /** The shared one, or those of the rooms that are held. */
  allConnections(): readonly Connection[]
}

interface WithInternals {
  readonly internals: RoomsClientInternals
}

/** @param client one that `createRoomsClient` made. */
export const internalsOf = (client: RoomsClient): RoomsClientInternals => (client as RoomsClient & WithInternals).internals

/**
 * Makes a client. Nothing is opened until a room is first held.
 *
 * @example
 * const client = createRoomsClient({ url: '', getToken: () => auth.token() })
 * const stop = client.room('order:42').on('order.updated', (order) => show(order))
 */
export const createRoomsClient = <C = RegisteredContract>(options: RoomsClientOptions): RoomsClient<C> => {
  const settings = settingsOf(options)
  const info = createStore(NO_CONNECTION)
  /** Weak, so that names that were only looked at leave no room behind; what is held is in `held`. */
  const rooms = new Map<string, WeakRef<RoomHandle>>()
  /** With more names than this, those whose room is gone are forgotten: servers that render look at rooms without end, and hold none. */
  let most = 0
  const held = new Set<RoomHandle>()
  let closed = false
  let deafen: (() => void) | undefined

  const connections = (): Connection[] => (shared ? [shared] : [...held].map(({ servedBy }) => servedBy))
  const update = (): void => info.set(worstOf(connections().map((connection) => connection.info())))
  const connect = (dedicated: boolean): Connection => {
    const connection = createConnection(settings, dedicated, update)
    if (closed) connection.close()
    return connection
  }
  const shared = settings.share && connect(false)

  const entered = (handle: RoomHandle): void => {
    held.add(handle)
    deafen ??= listenToNetwork((hint) => connections().forEach((connection) => connection.hinted(hint)))
  }
  const left = (handle: RoomHandle): void => {
    held.delete(handle)
    update()
    if (!held.size) deafen = void deafen!()
  }
  const room = (name: string): RoomHandle => {
    let handle = rooms.get(name)?.deref()
    if (!handle) {
      // The rest of the grammar is the server's to say; this is what forgotten encoding looks like.
      if (/[^\w.~:-]/.test(name)) throw new RoomsUsageError(`'${name}' is no room: use roomName(kind, text)`)
      if (rooms.size > most) {
        rooms.forEach((ref, old) => ref.deref() || rooms.delete(old))
        most = rooms.size * 2
      }
      rooms.set(name, new WeakRef((handle = createRoom(name, settings, shared || connect(true), entered, left))))
    }
    return handle
  }

  const client: RoomsClient<C> & WithInternals = {
    room: room as unknown as RoomsClient<C>['room'],
    retain: (name, hold) => room(name).retain(hold),
    connection: info.get,
    subscribe: info.subscribe,
    user: () => connections().find((connection) => connection.user())?.user() ?? null,
    retryNow() {
      if (!closed) connections().forEach((connection) => connection.tryAgain())
    },
    async close() {
      closed = true
      connections().forEach((connection) => connection.close())
      // Whatever was held in this very turn enters its room before; who awaits the close goes on after.
      queueMicrotask(() => held.forEach((handle) => handle.endNow()))
    },
    clock: settings.clock,
    internals: { settings, heldRooms: () => held, allConnections: connections },
  }
  return client
}
