import type { AppendRequest, Broker, BrokerHost, BrokerLink, Ephemeral, IdempotencyKey, Lease, PresenceChange, ReadFrom, RoomListener, Subscription } from './broker.js'
import { KeyStore } from './key-store.js'
import { MemoryPresence } from './memory-presence.js'
import { MemoryStream } from './memory-stream.js'

/** Often, so that what a busy second remembered is let go of in one short step. */
const SWEEP_MS = 1_000

interface MemoryRoom {
  readonly stream: MemoryStream
  readonly presence: MemoryPresence
  readonly listeners: Set<RoomListener>
}

/**
 * Keeps rooms in this process: for one node, tests, and development. Nothing survives a restart: clients that come
 * back are told `recovered: false` and refetch. Give one object to several Fastify instances and they act as nodes of
 * one cluster.
 *
 * @example await app.register(rooms, { contract, broker: memoryBroker() })
 */
export function memoryBroker(): Broker {
  return new MemoryBroker()
}

class MemoryBroker implements Broker {
  readonly #rooms = new Map<string, MemoryRoom>()
  readonly #links = new Set<MemoryLink>()
  readonly #keys = new KeyStore()
  #sweeper: NodeJS.Timeout | undefined

  async open(host: BrokerHost): Promise<BrokerLink> {
    const link = new MemoryLink(this, host)
    this.#links.add(link)
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS).unref()
    return link
  }

  get alone(): boolean { return this.#links.size === 1 }

  closed(link: MemoryLink): void {
    this.#links.delete(link)
    if (this.#links.size > 0) return
    clearInterval(this.#sweeper)
    this.#sweeper = undefined
    for (const { presence } of this.#rooms.values()) presence.close()
  }

  room(name: string): MemoryRoom {
    let room = this.#rooms.get(name)
    if (room === undefined) {
      room = { stream: new MemoryStream(this.#keys, Date.now()), presence: new MemoryPresence(), listeners: new Set() }
      this.#rooms.set(name, room)
    }
    return room
  }

  restart(name: string): MemoryRoom {
    const room = { ...this.room(name), stream: new MemoryStream(this.#keys, Date.now()) }
    this.#rooms.set(name, room)
    return room
  }

  #sweep(): void {
    const now = Date.now()
    this.#keys.sweep(now)
    for (const [name, { stream, presence, listeners }] of this.#rooms)
      if (stream.sweep(now) && presence.empty && listeners.size === 0) this.#rooms.delete(name)
  }
}

class MemoryLink implements BrokerLink {
  readonly #broker: MemoryBroker
  readonly #host: BrokerHost
  readonly #subscriptions = new Set<Subscription>()
  constructor(broker: MemoryBroker, host: BrokerHost) {
    this.#broker = broker
    this.#host = host
  }

  get alone(): boolean { return this.#broker.alone }

  append(request: AppendRequest) {
    const { stream, listeners } = this.#broker.room(request.room)
    const { result, entry } = stream.append(request, Date.now())
    if (entry !== null) for (const listener of listeners) listener.onEntry(entry)
    return result
  }

  claim(room: string, key: IdempotencyKey) {
    return this.#broker.room(room).stream.claim(key, Date.now())
  }

  settle(room: string, key: IdempotencyKey, result: string) {
    this.#broker.room(room).stream.settle(key, result, Date.now())
  }

  async release(room: string, key: IdempotencyKey) {
    this.#broker.room(room).stream.release(key)
  }

  async read(room: string, from: ReadFrom, limit: number) {
    return this.#broker.room(room).stream.read(from, limit, Date.now())
  }

  async subscribe(room: string, listener: RoomListener): Promise<Subscription> {
    const { listeners } = this.#broker.room(room)
    listeners.add(listener)
    const subscription: Subscription = {
      close: async () => {
        listeners.delete(listener)
        this.#subscriptions.delete(subscription)
      },
    }
    this.#subscriptions.add(subscription)
    return subscription
  }

  async restart(room: string) {
    const { listeners } = this.#broker.restart(room)
    for (const listener of listeners) listener.onRestarted()
  }

  broadcast(room: string, message: Ephemeral) {
    for (const listener of this.#broker.room(room).listeners) listener.onEphemeral(message)
  }

  async setPresence(room: string, lease: Lease) {
    const change = this.#broker.room(room).presence.set(lease, Date.now(), this)
    this.#presenceChanged(room, change)
    return change.revision
  }

  async resumePresence(room: string, connection: string, user: string) {
    return this.#broker.room(room).presence.resume(connection, user, this)
  }

  async endPresence(room: string, connection: string, graceMs: number) {
    this.#broker.room(room).presence.end(connection, graceMs, this, (change) => this.#presenceChanged(room, change))
  }

  async members(room: string, { after, limit }: { readonly after?: string | undefined; readonly limit: number }) {
    return this.#broker.room(room).presence.page(after, limit)
  }

  async close() {
    for (const subscription of this.#subscriptions) await subscription.close()
    this.#broker.closed(this)
  }

  #presenceChanged(room: string, change: PresenceChange): void {
    for (const listener of this.#broker.room(room).listeners) listener.onPresence(change)
    for (const { user } of change.joined) this.#host.memberChanged(room, user, true)
    for (const user of change.left) this.#host.memberChanged(room, user, false)
  }
}
