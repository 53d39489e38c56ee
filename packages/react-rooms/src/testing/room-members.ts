import type { Info, Member, PresenceDiff } from 'rooms-protocol'

/** One connection of somebody who is present; the object itself is its identity. */
export interface Presence {
  readonly user: string
  info: Info
  state: unknown
}

/** Who is in a room: users by their connections, told as the diffs a `presence` frame carries. */
export interface RoomMembers {
  /** In order of user. */
  list(): readonly Member[]
  has(user: string): boolean
  /** Adds a connection, or takes its changes. */
  put(presence: Presence): PresenceDiff
  remove(presence: Presence): PresenceDiff
}

const NO_CHANGE: PresenceDiff = { left: [], joined: [], changed: [] }

export function createRoomMembers(now: () => number): RoomMembers {
  /** With when each came. */
  const here = new Map<Presence, number>()
  const member = (user: string): Member[] => {
    const own = [...here].filter(([presence]) => presence.user === user)
    const newest = own.at(-1)?.[0]
    return newest === undefined ? [] : [{ user, info: newest.info, state: (newest.state ?? null) as Member['state'], connections: own.length, since: Math.min(...own.map(([, since]) => since)) }]
  }

  return {
    list: () => [...new Set([...here.keys()].map(({ user }) => user))].toSorted().flatMap(member),
    has: (user) => member(user).length > 0,
    put(presence) {
      const fresh = member(presence.user).length === 0
      here.set(presence, here.get(presence) ?? now())
      return { ...NO_CHANGE, [fresh ? 'joined' : 'changed']: member(presence.user) }
    },
    remove(presence) {
      if (!here.delete(presence)) return NO_CHANGE
      const rest = member(presence.user)
      return rest.length === 0 ? { ...NO_CHANGE, left: [presence.user] } : { ...NO_CHANGE, changed: rest }
    },
  }
}
