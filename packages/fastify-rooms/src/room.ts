import { encodeFrame, formatPosition, type Position, type PresenceFrame } from 'rooms-protocol'
import { Batch, type Outgoing } from './batch.js'
import { EntryRing } from './broker/entry-ring.js'
import type { BrokerLink, Entry, Ephemeral, PresenceChange, RoomListener, Subscription } from './broker/broker.js'
import type { Connection } from './connection.js'
import type { KindRules } from './kinds.js'
import type { Membership } from './membership.js'
import { RoomPresence } from './presence.js'
import { pumpReplay, type Replay, skipFrame } from './replay.js'
import { Recall, type Window } from './recall.js'
import type { Tick } from './tick.js'
import { RoomTyping } from './typing.js'

/** What a room needs of its node. */
export interface RoomContext {
  readonly link: BrokerLink
  readonly tick: Tick
  readonly batchBytes: number
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
  readonly recall: Recall
  readonly #context: RoomContext
  readonly #memberships = new Map<string, Membership>()
  #recent: EntryRing
  #batch: Outgoing[] = []
  #place: Position = { epoch: '', offset: 0, tag: '-' }
  #subscription: Subscription | null = null
  /** Entries that arrived while the room's place is being read; `null` when it is known. */
  #held: Entry[] | null = []
  constructor(name: string, rules: KindRules, context: RoomContext) {
    this.name = name
    this.rules = rules
    this.#context = context
    this.#recent = new EntryRing(rules.history.size)
    this.recall = new Recall(name, context.link, this, rules.history.size, context.pageSize)
    this.presence = new RoomPresence(name, context.link, rules.presence === 'full', (frame) => this.#presenceChanged(frame), (error) => context.failed(name, error))
  }

  get offset(): number { return this.#place.offset }
  get position(): string { return formatPosition(this.#place) }
  get memberships(): Iterable<Membership> { return this.#memberships.values() }
  get empty(): boolean { return this.#memberships.size === 0 }
  membership(connection: string): Membership | undefined { return this.#memberships.get(connection) }
  held(offset: number): Entry | undefined { return this.#recent.get(offset) }

  /** Subscribes, then reads where the stream stands. */
  async open(): Promise<void> {
    this.#subscription = await this.#context.link.subscribe(this.name, this)
    const [{ end }] = await Promise.all([this.#context.link.read(this.name, { last: 0 }, 0), this.rules.presence === 'off' ? null : this.presence.open()])
    this.#place = end
    this.#releaseHeld()
  }

  async close(): Promise<void> {
    this.presence.close()
    await this.#subscription?.close()
  }

  /** Adds a membership; with a replay it becomes live when that has been written. */
  add(membership: Membership, replay: Replay | null): void {
    membership.replay = replay
    membership.taken = this.#batch.length
    this.#memberships.set(membership.connection.id, membership)
    if (replay !== null) pumpReplay(membership)
  }

  remove(membership: Membership): void {
    membership.taken = Infinity
    this.#memberships.delete(membership.connection.id)
  }

  goLive(membership: Membership): void {
    this.takeBatch(membership)
    membership.replay = null
  }

  onEntry(entry: Entry): void {
    if (this.#held !== null) this.#held.push(entry)
    else if (this.#follows(entry)) this.#apply(entry)
    else if (entry.epoch !== this.#place.epoch || entry.offset > this.#place.offset) this.#repair(entry)
  }

  /** The node's own recent history; `null` while it is out of step with the broker. */
  get window(): Window | null {
    return this.#held === null ? { end: this.#place, kept: this.#recent } : null
  }

  /** A read of the whole history: what this node has not received yet goes to its members, and the rest is kept for the next joiner. */
  adopt({ end, kept }: Window): void {
    if (this.#held !== null || end.epoch !== this.#place.epoch) return
    for (const entry of kept.after(this.#place.offset)) if (this.#follows(entry)) this.#apply(entry)
    for (const entry of this.#recent.after(end.offset)) kept.push(entry)
    if (kept.count >= this.#recent.count) this.#recent = kept
  }

  onEphemeral(message: Ephemeral): void {
    if (message.kind === 'typing') {
      this.typing.set(message.user, message.on)
      this.#queue({ text: message.frame, lane: 'ephemeral' }, [...this.#context.connectionsOf(message.user)].map(({ id }) => id))
    } else this.#queue({ text: message.frame, lane: 'ephemeral' }, message.except === null ? [] : [message.except])
  }

  onPresence(change: PresenceChange): void {
    this.presence.apply(change)
  }

  /** Moves what a membership has not got of this tick's batch into its connection's own queue, in order. */
  takeBatch(membership: Membership): void {
    for (let i = membership.taken; i < this.#batch.length; i++) {
      const frame = this.#batch[i]!
      if (membership.replay === null || frame.lane === 'state') membership.connection.outbox.enqueue(frame)
    }
    membership.taken = Math.max(membership.taken, this.#batch.length)
  }

  flush(): void {
    const batch = new Batch(this.#batch, this.#context.batchBytes)
    for (const membership of this.#memberships.values()) {
      const { outbox } = membership.connection
      if (membership.taken === 0 && membership.replay === null && outbox.empty) outbox.writeBatch(batch)
      else this.takeBatch(membership)
      membership.taken = 0
    }
    this.#batch = []
  }

  #apply(entry: Entry): void {
    this.#place = { epoch: entry.epoch, offset: entry.offset, tag: entry.tag }
    this.#recent.push(entry)
    this.#queue({ text: entry.frame, lane: 'event' }, entry.except === null ? [] : [entry.except], skipFrame(this.name, entry))
  }

  /** Adds a frame to this tick's batch; the excepted connections get `instead`, or nothing. */
  #queue(frame: Outgoing, except: readonly string[], instead?: string): void {
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
      if (instead !== undefined && membership.replay === null) membership.connection.outbox.enqueue({ text: instead, lane: 'event' })
    }
  }

  #presenceChanged(frame: PresenceFrame): void {
    if (this.#memberships.size > 0) this.#queue({ text: encodeFrame(frame), lane: 'state' }, [])
  }

  #follows({ epoch, offset, previousTag }: Entry): boolean {
    return epoch === this.#place.epoch && offset === this.#place.offset + 1 && previousTag === this.#place.tag
  }

  /** A gap or another history: hold what comes and let one read decide between filling the gap and a reset. */
  #repair(entry: Entry): void {
    this.#held = [entry]
    this.#readOn().then(() => this.#releaseHeld(), (error: unknown) => {
      this.#held = null
      this.#context.failed(this.name, error)
    })
  }

  async #readOn(): Promise<void> {
    const { link, pageSize } = this.#context
    let page = await link.read(this.name, { since: this.#place }, pageSize)
    while (page.verdict === 'ok' && page.entries.length > 0) {
      for (const entry of page.entries) this.#apply(entry)
      if (!page.more) return
      page = await link.read(this.name, { since: this.#place }, pageSize)
    }
    if (page.verdict !== 'ok') this.#reset(page.end, page.verdict)
  }

  #reset(place: Position, reason: string): void {
    this.#place = place
    this.#recent.clear()
    const text = encodeFrame({ type: 'reset', room: this.name, position: this.position, reason })
    this.#queue({ text, lane: 'state' }, [])
    for (const membership of this.#memberships.values()) if (membership.replay !== null) this.goLive(membership)
  }

  #releaseHeld(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const entry of held) this.onEntry(entry)
  }
}
