import { encodeFrame, type PresenceFrame } from 'rooms-protocol'
import { Batch, type Outgoing } from './batch.js'
import type { BrokerLink, Entry, Ephemeral, PresenceChange, RoomListener, Subscription } from './broker/broker.js'
import type { Connection } from './connection.js'
import { tell } from './diagnostics.js'
import { bareId, isExcepted } from './except.js'
import type { KindRules } from './kinds.js'
import { type Membership, STRANGE } from './membership.js'
import { RoomPresence } from './presence.js'
import type { Recall } from './recall.js'
import { startReplay, type Replay, skipFrame } from './replay.js'
import { RoomStream } from './room-stream.js'
import type { Tick } from './tick.js'
import { RoomTyping } from './typing.js'

/** What a room needs of its node. */
export interface RoomContext {
  readonly link: BrokerLink
  readonly tick: Tick
  /** `fastify.server`, which diagnostics tell instances apart by. */
  readonly server: object
  readonly pageSize: number
  connectionsOf(user: string): Iterable<Connection>
  failed(room: string, error: unknown): void
}

/** A room on this node: its local memberships, its place in the stream, and what it gained in this tick. */
export class Room implements RoomListener {
  readonly name: string
  readonly rules: KindRules
  readonly presence: RoomPresence
  readonly typing = new RoomTyping()
  readonly #context: RoomContext
  readonly #memberships = new Map<string, Membership>()
  readonly #stream: RoomStream
  #batch: Outgoing[] = []
  #subscription: Subscription | null = null
  #isLive = true
  constructor(name: string, rules: KindRules, context: RoomContext) {
    this.name = name
    this.rules = rules
    this.#context = context
    this.#stream = new RoomStream(name, context.link, {
      applied: (entry) => this.#applied(entry),
      reset: (position, reason) => this.#reset(position, reason),
      live: (on) => this.#live(on),
      failed: (error) => context.failed(name, error),
    }, rules.history.size, context.pageSize)
    this.presence = new RoomPresence(name, context.link, rules.presence === 'full', (frame) => this.#presenceChanged(frame), (error) => context.failed(name, error))
  }

  get offset(): number { return this.#stream.offset }
  get position(): string { return this.#stream.position }
  /** Changes at every reset. */
  get life(): number { return this.#stream.life }
  get recall(): Recall { return this.#stream.recall }
  /** Whether events reach this node at once. */
  get isLive(): boolean { return this.#isLive }
  membership(connection: string): Membership | undefined { return this.#memberships.get(connection) }
  held(offset: number): Entry | undefined { return this.#stream.held(offset) }

  /** Subscribes, then reads where the stream stands. */
  async open(): Promise<void> {
    this.#subscription = await this.#context.link.subscribe(this.name, this)
    await Promise.all([this.#stream.open(), this.rules.presence === 'off' ? null : this.presence.open()])
  }

  settled(): Promise<void> {
    return this.#stream.settled()
  }

  async close(): Promise<void> {
    this.presence.close()
    this.#stream.close()
    await this.#subscription?.close()
  }

  /** Adds a membership; with a replay it becomes live when that has been written. */
  add(membership: Membership, replay: Replay | null): void {
    membership.replay = replay
    membership.taken = this.#batch.length
    this.#memberships.set(membership.connection.id, membership)
    if (replay !== null) startReplay(membership)
  }

  remove(membership: Membership): void {
    membership.taken = STRANGE
    this.#memberships.delete(membership.connection.id)
  }

  goLive(membership: Membership): void {
    this.takeBatch(membership)
    membership.replay = null
  }

  onEntry(entry: Entry): void {
    this.#stream.onEntry(entry)
  }

  onAway(): void {
    this.#stream.onAway()
  }

  onBack(): void {
    this.#stream.onBack()
    if (this.rules.presence !== 'off') this.presence.reread()
  }

  onRestarted(): void {
    this.#stream.check()
  }

  onEphemeral(message: Ephemeral): void {
    if (message.kind === 'typing') {
      this.typing.set(message.user, message.on)
      this.presence.introduce(message.user)
      this.#queue({ text: message.frame, lane: 'ephemeral' }, [...this.#context.connectionsOf(message.user)].map(({ id }) => id))
    } else this.#queue({ text: message.frame, lane: 'ephemeral' }, this.#excepted(message.except))
  }

  onPresence(change: PresenceChange): void {
    this.presence.apply(change)
  }

  /** Moves what a membership has not got of this tick's batch into its connection's own queue, in order. */
  takeBatch(membership: Membership): void {
    for (let i = membership.taken; i < this.#batch.length; i++) {
      const frame = this.#batch[i]!
      if (membership.replay === null || frame.lane === 'state') membership.outbox.enqueue(frame)
    }
    membership.taken = Math.max(membership.taken, this.#batch.length)
  }

  flush(): void {
    const batch = new Batch(this.#batch)
    tell('fastify-rooms:batch', () => ({ server: this.#context.server, room: this.name, frames: batch.count, members: this.#memberships.size }))
    for (const membership of this.#memberships.values()) {
      const { outbox } = membership
      if (membership.taken === 0 && membership.replay === null && outbox.empty) outbox.writeBatch(batch)
      else this.takeBatch(membership)
      membership.taken = 0
    }
    this.#batch = []
  }

  #applied(entry: Entry): void {
    const excepted = this.#excepted(entry.except)
    this.#queue({ text: entry.frame, lane: 'event', entry }, excepted, excepted.length === 0 ? undefined : { text: skipFrame(this.name, entry), lane: 'event', entry })
  }

  #excepted(except: string | null): readonly string[] {
    if (except === null) return []
    const connection = (this.#memberships.get(except) ?? this.#memberships.get(bareId(except)))?.connection
    return connection !== undefined && isExcepted(except, connection.id, connection.user.id) ? [connection.id] : []
  }

  #reset(position: string, reason: string): void {
    this.#queue({ text: encodeFrame({ type: 'reset', room: this.name, position, reason }), lane: 'state' }, [])
    for (const membership of this.#memberships.values()) if (membership.replay !== null) this.goLive(membership)
  }

  #live(on: boolean): void {
    if (this.#isLive === on) return
    this.#isLive = on
    for (const membership of this.#memberships.values()) membership.live = on
    this.#queue({ text: encodeFrame({ type: 'live', on, room: this.name }), lane: 'state' }, [])
  }

  /** Adds a frame to this tick's batch; the excepted connections get `instead`, or nothing. */
  #queue(frame: Outgoing, except: readonly string[], instead?: Outgoing): void {
    const excepted: Membership[] = []
    for (const id of except) {
      const membership = this.#memberships.get(id)
      if (membership !== undefined) excepted.push(membership)
    }
    for (const membership of excepted) this.takeBatch(membership)
    if (this.#batch.length === 0) this.#context.tick.room(this)
    this.#batch.push(frame)
    for (const membership of excepted) {
      membership.taken = this.#batch.length
      if (instead !== undefined && membership.replay === null) membership.outbox.enqueue(instead)
    }
  }

  #presenceChanged(frame: PresenceFrame): void {
    if (this.#memberships.size === 0) return
    // To a client that polls, news that is none would be an answer: its own arrival, say, which it was told when it joined.
    const knowing: string[] = []
    for (const { connection, told } of this.#memberships.values()) if (connection.polls && told >= this.presence.revision) knowing.push(connection.id)
    this.#queue({ text: encodeFrame(frame), lane: 'state' }, knowing)
  }
}
