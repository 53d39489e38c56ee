import { formatPosition, type Position } from 'rooms-protocol'
import type { BrokerLink, Entry } from './broker/broker.js'
import { EntryRing } from './broker/entry-ring.js'
import { Recall, type Window } from './recall.js'

/** Pause before a failed read of the broker is tried again. */
const RETRY_MS = 1_000
/** How long an event that another node has may be on its way to this one. */
const ON_ITS_WAY_MS = 250
/** How often an idle room asks whether its place is still right; jittered by half. */
const IDLE_CHECK_MS = 60_000

/** What a stream tells its room. */
interface StreamOwner {
  applied(entry: Entry): void
  /** Continuity broke: everything before `position` is to be refetched. */
  reset(position: string, reason: string): void
  /** Whether events reach this node at once. */
  live(on: boolean): void
  failed(error: unknown): void
}

/**
 * `following`: live entries are applied as they come. `held`: something may be missing, or the broker is away, so one
 * read has to decide between filling the gap and a reset. What arrived before that read began is in it, or belongs to
 * no history; `since` keeps only what arrives while it is on its way, and is `null` while there is none.
 */
type Sync = { readonly name: 'following' } | { readonly name: 'held'; since: Entry[] | null } | { readonly name: 'closed' }

/** A node's place in one room's stream: orders what the broker delivers, finds gaps, and mends them. */
export class RoomStream {
  readonly recall: Recall
  readonly #room: string
  readonly #link: BrokerLink
  readonly #owner: StreamOwner
  readonly #pageSize: number
  /** As if a read were on its way: `open` begins one, and nothing else may before it. */
  #sync: Sync = { name: 'held', since: [] }
  /** Counts the streams this node has seen: one begins at every reset, even where the epoch stays. */
  #life = 0
  #place: Position = { epoch: '', offset: 0, tag: '-' }
  #recent: EntryRing
  /** Something happened that the read on its way may be too old for. */
  #again = false
  #away = false
  #waiting: (() => void)[] = []
  readonly #expecting = new Set<{ readonly offset: number; readonly resolve: () => void }>()
  #idle: NodeJS.Timeout | undefined
  #retry: NodeJS.Timeout | undefined
  constructor(room: string, link: BrokerLink, owner: StreamOwner, size: number, pageSize: number) {
    this.#room = room
    this.#link = link
    this.#owner = owner
    this.#pageSize = pageSize
    this.#recent = new EntryRing(size)
    this.recall = new Recall(room, link, this, size, pageSize)
  }

  get offset(): number { return this.#place.offset }
  get position(): string { return formatPosition(this.#place) }
  get life(): number { return this.#life }
  held(offset: number): Entry | undefined { return this.#recent.get(offset) }

  /** The node's own recent history; `null` while it is out of step with the broker. */
  get window(): Window | null {
    return this.#sync.name === 'following' ? { end: this.#place, kept: this.#recent } : null
  }

  /** Reads where the stream stands; the subscription is live already. */
  async open(): Promise<void> {
    this.#beginRead()
    this.#place = (await this.#link.read(this.#room, { last: 0 }, 0)).end
    this.#follow()
    if (this.#again) this.check()
    this.#watchIdle()
  }

  /** Resolves when this node is in step with the broker: at least as far as every read that ended before. */
  async settled(): Promise<void> {
    if (this.#sync.name === 'held') await new Promise<void>((resolve) => { this.#waiting.push(resolve) })
  }

  reaches(offset: number): Promise<void> {
    if (this.#place.offset >= offset) return Promise.resolve()
    return new Promise((done) => {
      const resolve = (): void => {
        clearTimeout(timer)
        this.#expecting.delete(expected)
        done()
      }
      const expected = { offset, resolve }
      const timer = setTimeout(resolve, ON_ITS_WAY_MS).unref()
      this.#expecting.add(expected)
    })
  }

  close(): void {
    this.#sync = { name: 'closed' }
    this.#wakeWaiting()
    for (const { resolve } of this.#expecting) resolve()
    clearTimeout(this.#idle)
    clearTimeout(this.#retry)
  }

  onEntry(entry: Entry): void {
    switch (this.#sync.name) {
      case 'held': return void this.#sync.since?.push(entry)
      case 'following': {
        if (this.#follows(entry)) return this.#apply(entry)
        // Delivered twice is harmless. The same offset with another tag is another history, and so may be one from before what is kept.
        if (this.#isOld(entry) && this.#tagOf(entry.offset) === entry.tag) return
        return this.check()
      }
      case 'closed': return
      default: this.#sync satisfies never
    }
  }

  /** The broker stopped delivering. */
  onAway(): void {
    if (this.#away || this.#sync.name === 'closed') return
    this.#away = true
    this.#hold()
    this.#owner.live(false)
  }

  /** The broker delivers again; what it did not deliver meanwhile has to be read. */
  onBack(): void {
    this.#away = false
    this.check()
  }

  /** Something says the history is another one: let a read decide. */
  check(): void {
    this.#again = true
    this.#hold()
    void this.#mend()
  }

  /** A read of the whole history: what this node has not received yet goes to its members, and the rest is kept for the next joiner. */
  adopt({ end, kept }: Window): void {
    if (this.#sync.name !== 'following' || end.epoch !== this.#place.epoch) return
    for (const entry of kept.after(this.#place.offset)) if (this.#follows(entry)) this.#apply(entry)
    const own = kept.get(this.#place.offset)
    if (this.#place.offset < end.offset || (own !== undefined && own.tag !== this.#place.tag)) return this.check()
    for (const entry of this.#recent.after(end.offset)) kept.push(entry)
    if (kept.count >= this.#recent.count) this.#recent = kept
  }

  #apply(entry: Entry): void {
    this.#place = { epoch: entry.epoch, offset: entry.offset, tag: entry.tag }
    this.#recent.push(entry)
    this.#owner.applied(entry)
    for (const { offset, resolve } of this.#expecting) if (offset <= entry.offset) resolve()
  }

  #follows({ epoch, offset, previousTag }: Entry): boolean {
    return epoch === this.#place.epoch && offset === this.#place.offset + 1 && previousTag === this.#place.tag
  }

  #isOld({ epoch, offset }: Entry): boolean {
    return epoch === this.#place.epoch && offset <= this.#place.offset
  }

  /** As far as it is kept. */
  #tagOf(offset: number): string | undefined {
    return offset === this.#place.offset ? this.#place.tag : this.#recent.get(offset)?.tag
  }

  #hold(): void {
    if (this.#sync.name === 'following') this.#sync = { name: 'held', since: null }
  }

  #beginRead(): void {
    this.#again = false
    if (this.#sync.name === 'held') this.#sync.since = []
  }

  /** Whether what arrived since the read began goes on from where it ended. */
  #fits(): boolean {
    const next = this.#received.find((entry) => !this.#isOld(entry))
    return next === undefined || this.#follows(next)
  }

  /** What arrived while the last read was on its way. */
  get #received(): readonly Entry[] {
    return this.#sync.name === 'held' ? (this.#sync.since ?? []) : []
  }

  #follow(): void {
    if (this.#sync.name !== 'held') return
    const entries = this.#received
    this.#sync = { name: 'following' }
    // What was on its way when the read came past it is no sign of another history, unless its tag says so.
    for (const entry of entries) if (!this.#isOld(entry) || this.#tagOf(entry.offset) !== undefined) this.onEntry(entry)
    if (this.window !== null) this.#wakeWaiting()
  }

  #wakeWaiting(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** One read at a time; it is tried again until the broker answers. */
  async #mend(): Promise<void> {
    if (this.#away || this.#sync.name !== 'held' || this.#sync.since !== null) return
    try {
      do {
        this.#beginRead()
        await this.#readOn()
      } while (this.#again || !this.#fits())
    } catch (error) {
      this.#endRead()
      this.#owner.failed(error)
      clearTimeout(this.#retry)
      this.#retry = setTimeout(() => void this.#mend(), RETRY_MS).unref()
      return
    }
    // Away again while it was read: the next read begins when the broker is back.
    if (this.#away) return this.#endRead()
    this.#owner.live(true)
    this.#follow()
  }

  #endRead(): void {
    if (this.#sync.name === 'held') this.#sync.since = null
  }

  async #readOn(): Promise<void> {
    for (;;) {
      const page = await this.#link.read(this.#room, { since: this.#place }, this.#pageSize)
      if (this.#sync.name === 'closed') return
      if (page.verdict !== 'ok') return this.#restart(page.end, page.verdict)
      for (const entry of page.entries) this.#apply(entry)
      if (!page.more) return
    }
  }

  #restart(place: Position, reason: string): void {
    this.#life++
    this.#place = place
    this.#recent.clear()
    this.#owner.reset(this.position, reason)
  }

  /** Nothing came for a while: make sure that nothing was there. Also keeps the room's meta alive in the broker. */
  #watchIdle(): void {
    // It may have been closed while it was opened.
    if (this.#sync.name === 'closed') return
    this.#idle = setTimeout(() => {
      void this.#checkIdle()
      this.#watchIdle()
    }, IDLE_CHECK_MS * (0.75 + Math.random() / 2)).unref()
  }

  async #checkIdle(): Promise<void> {
    if (this.#sync.name !== 'following') return
    try {
      const { verdict, end } = await this.#link.read(this.#room, { since: this.#place }, 0)
      // Entries on their way are no gap: only a room that has not moved while we asked is out of step.
      if (verdict !== 'ok' || end.offset > this.#place.offset) this.check()
    } catch (error) {
      this.#owner.failed(error)
    }
  }
}
