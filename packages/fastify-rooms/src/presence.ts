import type { Member, PresenceFrame } from 'rooms-protocol'
import type { BrokerLink, MembersPage, PresenceChange } from './broker/broker.js'

/** Diffs are gathered this long in a small room… */
const GATHER_MS = 100
/** …and once more that long for every so many users, up to the maximum. */
const USERS_PER_STEP = 500
const MAX_GATHER_MS = 2_000
const PAGE = 1_000
/** How long a diff of our own may take before the snapshot is read instead. */
const DIFF_MS = 500

/**
 * A room's members as this node knows them, in order of user id, and the diffs its members are still to be told.
 * A snapshot may be newer than a diff that follows it: telling a member the same change twice changes nothing.
 */
export class RoomPresence {
  readonly #room: string
  readonly #link: BrokerLink
  readonly #full: boolean
  readonly #tell: (frame: PresenceFrame) => void
  readonly #failed: (error: unknown) => void
  readonly #members = new Map<string, Member>()
  #users: string[] = []
  #size = 0
  /** `last` is the last user of a page that is not all. */
  #first: { readonly limit: number; readonly json: string; readonly more: boolean; readonly last: string | undefined } | null = null
  #revision = -1
  #told = -1
  /** Changes that came while a snapshot is read: it may be older or newer than they are. */
  #held: PresenceChange[] = []
  #reading: Promise<void> | null = null
  #awaited: { readonly revision: number; readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = []
  #impatience: NodeJS.Timeout | undefined
  readonly #left = new Set<string>()
  readonly #joined = new Map<string, Member>()
  readonly #changed = new Map<string, Member>()
  #timer: NodeJS.Timeout | undefined
  constructor(room: string, link: BrokerLink, full: boolean, tell: (frame: PresenceFrame) => void, failed: (error: unknown) => void) {
    this.#room = room
    this.#link = link
    this.#full = full
    this.#tell = tell
    this.#failed = failed
  }

  get size(): number { return this.#size }
  get revision(): number { return this.#revision }
  /** Up to which revision the members of this node were told. */
  get told(): number { return this.#told }
  /** Whether who was told up to a revision is owed nothing but what this room tells next; twice told is harmless. */
  continues(revision: number): boolean {
    return revision >= this.#told && revision <= this.#revision
  }

  /** Everybody, as far as one answer holds them, for who may have missed some changes. */
  snapshot(limit: number): PresenceFrame {
    return { type: 'presence', room: this.#room, left: [], joined: this.page(undefined, limit).members, changed: [], size: this.#size, snapshot: true }
  }

  /** Reads the snapshot: once for all who ask at the same time. */
  open(): Promise<void> {
    return (this.#reading ??= this.#read().finally(() => {
      this.#reading = null
      for (const change of this.#held.splice(0)) this.apply(change)
    }))
  }

  page(after: string | undefined, limit: number): { members: Member[]; more: boolean } {
    if (!this.#full) return { members: [], more: false }
    const from = after === undefined ? 0 : this.#place(after) + (this.#members.has(after) ? 1 : 0)
    const users = this.#users.slice(from, from + limit)
    return { members: users.map((user) => this.#members.get(user)!), more: from + limit < this.#users.length }
  }

  /** The first page as JSON: encoded when it is asked for after a change in it. */
  firstPage(limit: number): { readonly json: string; readonly more: boolean } {
    if (this.#first === null || this.#first.limit !== limit) {
      const { members, more } = this.page(undefined, limit)
      this.#first = { limit, json: JSON.stringify(members), more, last: more ? members.at(-1)?.user : undefined }
    }
    return this.#first
  }

  apply(change: PresenceChange): void {
    if (this.#reading !== null) this.#held.push(change)
    else if (this.#revision >= 0 && !this.#follow(change)) this.reread()
  }

  /**
   * Resolves when this node has seen a revision; a member's own arrival must be in what it is told. The diff is on its
   * way already: reading the snapshot at every join would cost the broker the whole room each time.
   */
  reached(revision: number): Promise<void> {
    if (this.#revision >= revision) return Promise.resolve()
    this.#impatience ??= setTimeout(() => this.reread(), DIFF_MS).unref()
    return new Promise((resolve, reject) => { this.#awaited.push({ revision, resolve, reject }) })
  }

  close(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#impatience)
    for (const { resolve } of this.#awaited.splice(0)) resolve()
  }

  /** After a gap in the revisions: the difference to a fresh snapshot is what the members missed. */
  reread(): void {
    this.open().catch((error: unknown) => {
      for (const { reject } of this.#awaited.splice(0)) reject(error)
      this.#failed(error)
    })
  }

  /** What changed between two pages may be missing in both: the first page's revision counts, and what was heard since is told again. */
  async #read(): Promise<void> {
    clearTimeout(this.#impatience)
    this.#impatience = undefined
    do {
      const first = await this.#link.members(this.#room, { limit: PAGE })
      const members = [...first.members]
      for (let page = first; this.#full && page.more; members.push(...page.members)) page = await this.#link.members(this.#room, { after: members.at(-1)?.user, limit: PAGE })
      this.#adopt(first, members)
    } while (!this.#held.every((change) => this.#follow(change)))
  }

  /** Applies the change that follows; false when one before it is missing. */
  #follow(change: PresenceChange): boolean {
    if (change.revision <= this.#revision) return true
    if (change.revision > this.#revision + 1) return false
    this.#revision = change.revision
    this.#size = change.size
    if (this.#full) {
      for (const user of change.left) this.#remove(user)
      for (const member of change.joined) this.#put(member)
      for (const member of change.changed) this.#put(member)
    }
    this.#gather(change)
    this.#tellAwaited()
    return true
  }

  #tellAwaited(): void {
    if (this.#awaited.length === 0) return
    const [reached, others] = [this.#awaited.filter(({ revision }) => revision <= this.#revision), this.#awaited.filter(({ revision }) => revision > this.#revision)]
    this.#awaited = others
    for (const { resolve } of reached) resolve()
    if (others.length > 0) return
    clearTimeout(this.#impatience)
    this.#impatience = undefined
  }

  #adopt(page: MembersPage, members: readonly Member[]): void {
    const first = this.#revision < 0
    const present = new Set(members.map(({ user }) => user))
    const left = this.#users.filter((user) => !present.has(user))
    const joined = members.filter(({ user }) => !this.#members.has(user))
    const changed = members.filter((member) => this.#members.has(member.user) && JSON.stringify(this.#members.get(member.user)) !== JSON.stringify(member))
    this.#revision = page.revision
    this.#size = page.size
    if (this.#full) {
      this.#first = null
      this.#members.clear()
      for (const member of members) this.#members.set(member.user, member)
      // The broker may order by bytes; ours is the order of strings here.
      this.#users = members.map(({ user }) => user).sort()
    }
    if (first) this.#told = page.revision
    else this.#gather({ left, joined, changed })
    this.#tellAwaited()
  }

  /**
   * Someone may have joined between two changes and hold a snapshot with either: a user that left is always told as
   * left, and one that came is told in full, however short the stay.
   */
  #gather(change: Pick<PresenceChange, 'left' | 'joined' | 'changed'>): void {
    for (const user of change.left) {
      this.#left.add(user)
      this.#joined.delete(user)
      this.#changed.delete(user)
    }
    for (const member of change.joined) this.#joined.set(member.user, member)
    for (const member of change.changed) (this.#joined.has(member.user) ? this.#joined : this.#changed).set(member.user, member)
    this.#timer ??= setTimeout(() => this.#flush(), Math.min(MAX_GATHER_MS, GATHER_MS * (1 + Math.floor(this.#size / USERS_PER_STEP)))).unref()
  }

  /** Tells of a user's arrival now: a member should know who is typing before it hears that someone is. */
  introduce(user: string): void {
    if (this.#joined.has(user)) this.#flush()
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const [left, joined, changed] = this.#full ? [[...this.#left], [...this.#joined.values()], [...this.#changed.values()]] : [[], [], []]
    this.#left.clear()
    this.#joined.clear()
    this.#changed.clear()
    this.#told = this.#revision
    // Kept for those who come together; a room in which nothing happens need not keep it.
    this.#first = null
    this.#tell({ type: 'presence', room: this.#room, left, joined, changed, size: this.#size })
  }

  /** The first page is another one when a user in it, or before its end, changes. */
  #touch(user: string): void {
    if (this.#first !== null && (this.#first.last === undefined || user <= this.#first.last)) this.#first = null
  }

  #put(member: Member): void {
    this.#touch(member.user)
    if (!this.#members.has(member.user)) this.#users.splice(this.#place(member.user), 0, member.user)
    this.#members.set(member.user, member)
  }

  #remove(user: string): void {
    this.#touch(user)
    if (this.#members.delete(user)) this.#users.splice(this.#place(user), 1)
  }

  /** Where a user stands, or would stand, in order. */
  #place(user: string): number {
    let low = 0
    let high = this.#users.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#users[middle]! < user) low = middle + 1
      else high = middle
    }
    return low
  }
}
