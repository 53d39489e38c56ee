import { isRoomName, RoomsError, type KindOf, type RegisteredContract, type RoomName, type StateOf } from 'rooms-protocol'
import type { Clock } from './clock.js'
import { Connection } from './connection.js'
import { NO_CONNECTION, sameInfo, worstOf, type ConnectionInfo } from './connection-info.js'
import { listenToNetwork } from './network-hints.js'
import { settingsOf, type RoomsClientOptions, type Settings } from './options.js'
import { RoomHandle, type RoomHost } from './room-handle.js'
import type { HoldOptions, RoomFor } from './room.js'
import { Store } from './store.js'

/** A client; inert until a room is first held. */
export interface RoomsClient<C = RegisteredContract> {
  /** The handle of a room; does not hold it. Throws `RoomsError` for a name outside the grammar (`roomName` makes one of any text). */
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

/**
 * Makes a client. Nothing is opened until a room is first held.
 *
 * @example
 * const client = createRoomsClient({ url: '', getToken: () => auth.token() })
 * const stop = client.room('order:42').on('order.updated', (order) => show(order))
 */
export function createRoomsClient<C = RegisteredContract>(options: RoomsClientOptions): RoomsClient<C> {
  return new Client(settingsOf(options)) as unknown as RoomsClient<C>
}

class Client implements RoomHost {
  readonly settings: Settings
  readonly clock: Clock
  /** Weak, so that names that were only looked at leave nothing behind; what is held is in `#held`. */
  readonly #rooms = new Map<string, WeakRef<RoomHandle>>()
  readonly #collected = new FinalizationRegistry<string>((name) => this.#rooms.get(name)?.deref() ?? this.#rooms.delete(name))
  readonly #held = new Set<RoomHandle>()
  readonly #shared: Connection | null
  readonly #info = new Store(NO_CONNECTION)
  #deafen: (() => void) | null = null
  #closed = false
  readonly connection = this.#info.get
  readonly subscribe = this.#info.subscribe

  constructor(settings: Settings) {
    this.settings = settings
    this.clock = settings.clock
    this.#shared = settings.share ? this.#connect(false) : null
  }

  room(name: string): RoomHandle {
    let room = this.#rooms.get(name)?.deref()
    if (room === undefined) {
      if (!isRoomName(name)) throw new RoomsError('ROOMS_BAD_ROOM_NAME', `${JSON.stringify(name)} is no room name: use roomName(kind, text)`)
      room = new RoomHandle(name, this)
      this.#rooms.set(name, new WeakRef(room))
      this.#collected.register(room, name)
    }
    return room
  }
  retain(name: string, options?: HoldOptions): () => void {
    return this.room(name).retain(options)
  }
  user(): string | null {
    for (const { user } of this.#connections()) if (user !== null) return user
    return null
  }
  retryNow(): void {
    for (const connection of this.#connections()) connection.retry()
  }
  close(): Promise<void> {
    this.#closed = true
    const connections = this.#connections()
    for (const room of this.#held) room.end()
    for (const connection of connections) connection.close()
    return Promise.resolve()
  }

  connectionFor(): Connection {
    return this.#shared ?? this.#connect(true)
  }
  entered(room: RoomHandle): void {
    this.#held.add(room)
    this.#deafen ??= listenToNetwork((hint) => {
      for (const connection of this.#connections()) connection[hint]()
    })
  }
  left(room: RoomHandle): void {
    this.#held.delete(room)
    this.#update()
    if (this.#held.size > 0) return
    this.#deafen?.()
    this.#deafen = null
  }

  #connect(dedicated: boolean): Connection {
    const connection = new Connection(this.settings, dedicated)
    connection.info.subscribe(() => this.#update())
    if (this.#closed) connection.close()
    return connection
  }
  #connections(): Connection[] {
    return this.#shared === null ? [...this.#held].map(({ connection }) => connection!) : [this.#shared]
  }
  #update(): void {
    // A room that refuses us says nothing of the others' connections.
    const info = this.#shared?.info.get() ?? worstOf([...this.#held].filter((room) => room.status() !== 'refused').map(({ connection }) => connection!.info.get()))
    if (!sameInfo(info, this.#info.get())) this.#info.set(info)
  }
}
