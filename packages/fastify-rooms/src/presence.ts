import type { Member, PresenceFrame } from 'rooms-protocol'
import type { BrokerLink, MembersPage, PresenceChange } from './broker/broker.js'

/** Diffs are gathered this long in a small room… */
const GATHER_MS = 100
/** …and once more that long for every so many users, up to the maximum. */
const USERS_PER_STEP = 500
const MAX_GATHER_MS = 2_000
const PAGE = 1_000

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
  #revision = -1
  /** Newest revision heard of; above `#revision` while a snapshot is owed. */
  #heard = -1
  #reading = false
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

  /** Reads the snapshot; changes that arrive meanwhile and are older are ignored. */
  async open(): Promise<void> {
    const members: Member[] = []
    let page: MembersPage
    do {
      page = await this.#link.members(this.#room, { after: members.at(-1)?.user, limit: PAGE })
      members.push(...page.members)
    } while (this.#full && page.more)
    this.#adopt(page, members)
    if (this.#heard > this.#revision) this.reread()
  }

  page(after: string | undefined, limit: number): { members: Member[]; more: boolean } {
    if (!this.#full) return { members: [], more: false }
    const from = after === undefined ? 0 : this.#place(after) + (this.#members.has(after) ? 1 : 0)
    const users = this.#users.slice(from, from + limit)
    return { members: users.map((user) => this.#members.get(user)!), more: from + limit < this.#users.length }
  }

  apply(change: PresenceChange): void {
    this.#heard = Math.max(this.#heard, change.revision)
    if (change.revision <= this.#revision || this.#revision < 0) return
    if (change.revision > this.#revision + 1) return this.reread()
    this.#revision = change.revision
    this.#size = change.size
    if (this.#full) {
      for (const user of change.left) this.#remove(user)
      for (const member of change.joined) this.#put(member)
      for (const member of change.changed) this.#put(member)
    }
    this.#gather(change)
  }

  /** Resolves when this node has seen a revision; a member's own arrival must be in what it is told. */
  async reached(revision: number): Promise<void> {
    if (this.#revision < revision) await this.open()
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  /** After a gap in the revisions: the difference to a fresh snapshot is what the members missed. */
  reread(): void {
    if (this.#reading) return
    this.#reading = true
    this.open().catch(this.#failed).finally(() => { this.#reading = false })
  }

  #adopt(page: MembersPage, members: readonly Member[]): void {
    if (page.revision < this.#revision) return
    const first = this.#revision < 0
    const present = new Set(members.map(({ user }) => user))
    const left = this.#users.filter((user) => !present.has(user))
    const joined = members.filter(({ user }) => !this.#members.has(user))
    const changed = members.filter((member) => this.#members.has(member.user) && JSON.stringify(this.#members.get(member.user)) !== JSON.stringify(member))
    this.#revision = page.revision
    this.#size = page.size
    if (this.#full) {
      this.#members.clear()
      for (const member of members) this.#members.set(member.user, member)
      // The broker may order by bytes; ours is the order of strings here.
      this.#users = members.map(({ user }) => user).sort()
    }
    if (!first) this.#gather({ left, joined, changed })
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
    this.#tell({ type: 'presence', room: this.#room, left, joined, changed, size: this.#size })
  }

  #put(member: Member): void {
    if (!this.#members.has(member.user)) this.#users.splice(this.#place(member.user), 0, member.user)
    this.#members.set(member.user, member)
  }

  #remove(user: string): void {
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
