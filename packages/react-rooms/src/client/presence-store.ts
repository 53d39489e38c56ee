import { foldPresence, type JoinedFrame, type Kind, type Member, type MembersFrame, type PresenceFrame } from 'rooms-protocol'
import { createEmitter } from './store.js'

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

export const NOBODY: Presence = { members: [], others: [], self: undefined, size: 0, synced: false }

/** Folds snapshots and diffs; builds its arrays only when somebody reads them. */
export interface PresenceStore {
  get(): Presence
  subscribe(listener: () => void): () => void
  member(user: string): Member | undefined
  /** Loads, now and later, the pages that a big room's snapshot leaves out. */
  want(): void
  joined(frame: JoinedFrame): void
  page(frame: JoinedFrame | MembersFrame): void
  diff(frame: PresenceFrame): void
  /** The connection went away: the last known members stay to be shown. */
  disconnected(): void
  clear(): void
}

/**
 * @param ask asks the server for the members after a user.
 * @param me who we are.
 */
export function createPresence(ask: (after: string) => unknown, me: () => string | null): PresenceStore {
  const { on, emit } = createEmitter<{ change: [] }>()
  let members: ReadonlyMap<string, Member> = new Map()
  let size = 0
  let synced = false
  /** Diffs from before the first snapshot. */
  let early: PresenceFrame[] = []
  /** The last user we have of a list that goes on; empty once asked for the rest. */
  let after = ''
  let wanted = false
  let snapshot: Presence | undefined = NOBODY

  const changed = (): void => {
    snapshot = undefined
    emit('change')
  }
  const askOn = (): void => {
    if (wanted && after) ask(after)
    after = wanted ? '' : after
  }
  const store: PresenceStore = {
    get() {
      if (snapshot === undefined) {
        const user = me()
        const all = [...members.values()]
        snapshot = { members: all, others: all.filter((member) => member.user !== user), self: members.get(user!), size, synced }
      }
      return snapshot
    },
    subscribe(listener) {
      store.want()
      return on('change', listener)
    },
    member: (user) => members.get(user),
    want() {
      wanted = true
      askOn()
    },
    joined(frame) {
      members = new Map()
      synced = true
      size = frame.size
      store.page(frame)
      early.splice(0).forEach(store.diff)
    },
    page(frame) {
      members = foldPresence(members, { left: [], joined: frame.members, changed: [] })
      after = (frame.more && frame.members.at(-1)?.user) || ''
      changed()
      askOn()
    },
    diff(frame) {
      if (!synced) return void early.push(frame)
      members = foldPresence(members, frame)
      size = frame.size
      changed()
    },
    disconnected() {
      synced = false
      after = ''
      changed()
    },
    clear() {
      members = new Map()
      size = 0
      store.disconnected()
    },
  }
  return store
}
