import { foldPresence, type JoinedFrame, type Kind, type Member, type MembersFrame, type PresenceFrame } from 'rooms-protocol'
import { emit, listen } from './store.js'

/** Who is in a room; an immutable snapshot, the same object until something changes. */
export interface Presence<K = Kind> {
  /** One entry a person, however many tabs and devices. */
  readonly members: readonly Member<K>[]
  /** Everybody but oneself. */
  readonly others: readonly Member<K>[]
  readonly self: Member<K> | undefined
  /** How many people are here; may be more than `members` holds in a big room. */
  readonly size: number
  /** Whether this is the present; false before the first snapshot and while the connection is away. */
  readonly synced: boolean
}

export const NOBODY: Presence = Object.freeze({ members: [], others: [], self: undefined, size: 0, synced: false })

/** Folds snapshots and diffs; builds the arrays only when somebody reads them. */
export class PresenceStore {
  /** Asks the server for the page after a user. */
  readonly #ask: (after: string) => void
  readonly #me: () => string | null
  readonly #listeners = new Set<() => void>()
  #members: ReadonlyMap<string, Member> = new Map()
  #size = 0
  #synced = false
  /** What came before the first snapshot. */
  #early: PresenceFrame[] = []
  /** The last user of the pages had; null when there are no more. */
  #after: string | null = null
  #asked = false
  #wanted = false
  #snapshot: Presence | null = NOBODY

  constructor(ask: (after: string) => void, me: () => string | null) {
    this.#ask = ask
    this.#me = me
  }

  readonly get = (): Presence => (this.#snapshot ??= this.#build())
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#more()
    return listen(this.#listeners, () => listener())
  }
  member(user: string): Member | undefined {
    return this.#members.get(user)
  }

  /** Loads the pages a big room's snapshot left out. */
  want(): void {
    this.#wanted = true
    this.#more()
  }
  #more(): void {
    if (this.#after === null || this.#asked) return
    this.#asked = true
    this.#ask(this.#after)
  }

  joined(frame: JoinedFrame): void {
    this.#members = new Map()
    this.#synced = true
    this.#size = frame.size
    this.#page(frame)
    for (const diff of this.#early.splice(0)) this.diff(diff)
  }
  page(frame: MembersFrame): void {
    this.#page(frame)
  }
  diff(frame: PresenceFrame): void {
    if (!this.#synced) return void this.#early.push(frame)
    this.#members = foldPresence(this.#members, frame)
    this.#size = frame.size
    this.#changed()
  }
  /** The connection went away: the last known members stay to be shown. */
  disconnected(): void {
    this.#synced = this.#asked = false
    this.#early = []
    this.#after = null
    this.#changed()
  }
  clear(): void {
    this.#members = new Map()
    this.#size = 0
    this.#wanted = false
    this.disconnected()
  }

  #page({ members, more }: JoinedFrame | MembersFrame): void {
    this.#members = foldPresence(this.#members, { left: [], joined: members, changed: [] })
    this.#asked = false
    this.#after = more ? members.at(-1)?.user ?? null : null
    this.#changed()
    if (this.#wanted || this.#listeners.size > 0) this.#more()
  }
  #changed(): void {
    this.#snapshot = null
    emit(this.#listeners)
  }
  #build(): Presence {
    const members = [...this.#members.values()]
    const me = this.#me()
    return {
      members, others: members.filter(({ user }) => user !== me), self: me === null ? undefined : this.#members.get(me), size: this.#size, synced: this.#synced,
    }
  }
}
