import { foldPresence, type Member, type PresenceFrame } from 'rooms-protocol'
import { expect, test } from 'vitest'
import type { BrokerLink, MembersPage, PresenceChange } from '../../src/index.js'
import { RoomPresence } from '../../src/presence.js'

const member = (user: string): Member => ({ user, info: null as never, state: null as never, connections: 1, since: 1 })
const numbered = (n: number): string => `user-${String(n).padStart(5, '0')}`

/** A room of the broker; every page is read when its turn comes, and `between` runs after the first. */
class BigRoom {
  readonly users: Set<string>
  revision = 1
  reads = 0
  between: (() => void) | null = null
  constructor(size: number) {
    this.users = new Set(Array.from({ length: size }, (_, n) => numbered(n)))
  }

  change({ left = [], joined = [] }: { left?: string[]; joined?: string[] }): PresenceChange {
    for (const user of left) this.users.delete(user)
    for (const user of joined) this.users.add(user)
    return { revision: ++this.revision, left, joined: joined.map(member), changed: [], size: this.users.size }
  }

  async members(_room: string, { after = '', limit }: { after?: string | undefined; limit: number }): Promise<MembersPage> {
    this.reads++
    const rest = [...this.users].sort().filter((user) => user > after)
    const page = { revision: this.revision, size: this.users.size, more: rest.length > limit, members: rest.slice(0, limit).map(member) }
    const { between } = this
    this.between = null
    await Promise.resolve()
    between?.()
    return page
  }
}

/** What this node holds, and what a member that joined at first holds after every diff it was told. */
function follow(room: BigRoom) {
  const told: PresenceFrame[] = []
  const presence = new RoomPresence('lobby', room as unknown as BrokerLink, true, (frame) => told.push(frame), (error) => { throw error })
  const held = (): string[] => presence.page(undefined, Infinity).members.map(({ user }) => user)
  return {
    presence,
    held,
    async open() {
      await presence.open()
      const start: ReadonlyMap<string, Member> = new Map(held().map((user) => [user, member(user)]))
      return () => {
        // A typing user is introduced at once, which tells all that was gathered.
        for (const user of held()) presence.introduce(user)
        return [...told.reduce((members, frame) => foldPresence(members, frame), start).keys()].sort()
      }
    },
  }
}

test('who comes and goes between two pages of a big snapshot is neither lost nor kept', async () => {
  const room = new BigRoom(2_500)
  const { presence, held, open } = follow(room)
  const seen = await open()
  room.between = () => presence.apply(room.change({ left: [numbered(3)], joined: ['user-00003b'] }))
  room.change({ joined: ['user-02400b'] })
  presence.apply(room.change({ joined: ['user-01500b'] }))
  await presence.open()
  await presence.reached(room.revision)
  expect(held()).toEqual([...room.users].sort())
  expect(seen()).toEqual([...room.users].sort())
})

test('members who arrive together wait for their diffs and cost the broker no snapshot', async () => {
  const room = new BigRoom(0)
  const { presence, held, open } = follow(room)
  await open()
  room.reads = 0
  const changes = Array.from({ length: 300 }, (_, n) => room.change({ joined: [numbered(n)] }))
  const reached = Promise.all(changes.map(({ revision }) => presence.reached(revision)))
  for (const change of changes) presence.apply(change)
  await reached
  expect(held()).toEqual([...room.users].sort())
  expect(room.reads).toBe(0)
})

test('members whose diffs were lost share one snapshot', async () => {
  const room = new BigRoom(0)
  const { presence, held, open } = follow(room)
  await open()
  room.reads = 0
  await Promise.all(Array.from({ length: 300 }, (_, n) => presence.reached(room.change({ joined: [numbered(n)] }).revision)))
  expect(held()).toEqual([...room.users].sort())
  expect(room.reads).toBe(1)
})

test('a snapshot of a broker that has forgotten changes is right, whatever its revision', async () => {
  const room = new BigRoom(3)
  const { presence, held, open } = follow(room)
  const seen = await open()
  presence.apply(room.change({ joined: ['zoe'] }))
  room.users.delete('zoe')
  room.revision--
  await presence.open()
  presence.apply(room.change({ joined: ['ana'] }))
  expect(held()).toEqual([...room.users].sort())
  expect(seen()).toEqual([...room.users].sort())
})
