import type { Kind, Member, ServerFrame } from 'rooms-protocol'
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

/** Nobody is no `self` either. */
export const NOBODY = { members: [], others: [], size: 0, synced: false } as object as Presence

/** Folds snapshots and diffs; builds its arrays only when somebody reads them. */
export interface PresenceStore {
  get(): Presence
  subscribe(listener: () => void): () => void
  memberOf(user: string): Member | undefined
  /** Loads, now and later, the pages that a big room's snapshot leaves out. */
  want(): void
  /** Takes what concerns presence. While away the last known members stay to be shown; a `left` with 1000 forgets them. */
  receive(frame: ServerFrame): void
}

/**
 * @param ask asks the server for the members after a user.
 * @param me who we are.
 */
export const createPresence = (ask: (after: string) => unknown, me: () => string | null): PresenceStore => {
  const changes = createEmitter<{ change: [] }>()
  /** In order of arrival. As `foldPresence` of rooms-protocol folds them, but in place, as nobody else sees this map; a test holds the two together. */
  const members = new Map<string, Member>()
  let size = 0
  let synced = false
  /** The last user we have of a list that goes on. */
  let after: string | false | undefined
  let wanted = false
  let snapshot: Presence | undefined = NOBODY

  const add = (member: Member): unknown => members.set(member.user, member)
  const want = (): void => {
    wanted = true
    if (after) after = void ask(after)
  }
  const receive: PresenceStore['receive'] = (frame) => {
    switch (frame.type) {
      case 'joined':
      case 'members':
        if (frame.type === 'joined') {
          members.clear()
          synced = true
          size = frame.size
        }
        frame.members.forEach(add)
        after = frame.more && frame.members.at(-1)?.user
        if (wanted) want()
        break
      case 'presence':
        // Said of an earlier join: what it tells is older than the snapshot to come.
        if (!synced) return
        if (frame.snapshot) members.clear()
        frame.left.forEach((user) => members.delete(user))
        frame.joined.forEach(add)
        // One who is not here is on a page that was not loaded.
        frame.changed.forEach((member) => members.has(member.user) && add(member))
        size = frame.size
        break
      case 'left':
        synced = false
        after = undefined
        if (frame.code === 1000) {
          members.clear()
          size = 0
        }
        break
      default: return
    }
    snapshot = undefined
    changes.emit('change')
  }
  return {
    get() {
      if (!snapshot) {
        const user = me()
        const all = [...members.values()]
        snapshot = { members: all, others: all.filter((member) => member.user !== user), self: members.get(user!), size, synced }
      }
      return snapshot
    },
    subscribe(listener) {
      want()
      return changes.on('change', listener)
    },
    memberOf: (user) => members.get(user),
    want,
    receive,
  }
}
