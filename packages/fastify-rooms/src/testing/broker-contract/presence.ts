import { CHANGED, lease, listen, type ContractContext } from './cluster.js'

/** Leases, revisions and pages of members. */
export function presences({ describe, test, expect, name, openCluster, newRoom }: ContractContext): void {
  describe(`${name}: presence`, () => {
    test('a user joins with the first connection and leaves with the last; each change has the next revision', async () => {
      const { here, there, memberChanges } = await openCluster()
      const room = newRoom()
      const [near, far] = [await listen(here, room), await listen(there, room)]
      const revision = await here.setPresence(room, lease('c1', 'ana'))
      await there.setPresence(room, lease('c2', 'ana'))
      await here.endPresence(room, 'c1', 0)
      await there.endPresence(room, 'c2', 0)
      await Promise.all([near, far].map((each) => each.until(({ changes }) => changes.length === 4)))
      const member = (connections: number) => ({ user: 'ana', info: { name: 'ana' }, state: null, connections, since: expect.any(Number) as number })
      expect(near.changes).toEqual([
        { ...CHANGED, revision, joined: [member(1)], size: 1 },
        { ...CHANGED, revision: revision + 1, changed: [member(2)], size: 1 },
        { ...CHANGED, revision: revision + 2, changed: [member(1)], size: 1 },
        { ...CHANGED, revision: revision + 3, left: ['ana'], size: 0 },
      ])
      expect(far.changes).toEqual(near.changes)
      expect(memberChanges).toEqual(['+ana', '-ana'])
    })
    test('a new state is a change, not an arrival: since stays', async () => {
      const { here } = await openCluster()
      const room = newRoom()
      const heard = await listen(here, room)
      await here.setPresence(room, lease('c1', 'ana'))
      await here.setPresence(room, lease('c1', 'ana', { status: 'away' }))
      await heard.until(({ changes }) => changes.length === 2)
      const { since } = heard.changes[0]!.joined[0]!
      expect(heard.changes[1]).toMatchObject({ joined: [], changed: [{ user: 'ana', state: { status: 'away' }, connections: 1, since }] })
    })
    test('state and info are those of the newest connection', async () => {
      const { here } = await openCluster()
      const room = newRoom()
      await here.setPresence(room, lease('c1', 'ana', 'old', 'old info'))
      await here.setPresence(room, lease('c2', 'ana', 'new', 'new info'))
      await here.setPresence(room, lease('c1', 'ana', 'older still', 'old info'))
      expect((await here.members(room, { limit: 5 })).members).toMatchObject([{ state: 'new', info: 'new info', connections: 2 }])
    })
    test('within the grace a user stays, and one who comes back never left', async () => {
      const { here, there } = await openCluster()
      const room = newRoom()
      const heard = await listen(there, room)
      await here.setPresence(room, lease('c1', 'ana'))
      await here.setPresence(room, lease('c2', 'bo'))
      await here.endPresence(room, 'c1', 50)
      await here.endPresence(room, 'c2', 50)
      expect((await there.members(room, { limit: 5 })).size).toBe(2)
      await there.setPresence(room, lease('c3', 'ana'))
      await heard.until(({ changes }) => changes.some(({ left }) => left.includes('bo')) && changes.some(({ changed }) => changed.some(({ user, connections }) => user === 'ana' && connections === 1)))
      expect(heard.changes.flatMap(({ left }) => left)).toEqual(['bo'])
    })
    test('a lease can be taken over where it was not made: nobody is told, and only who took it may end it', async () => {
      const { here, there, memberChanges } = await openCluster()
      const room = newRoom()
      const heard = await listen(here, room)
      const revision = await here.setPresence(room, lease('c1', 'ana', { status: 'away' }))
      await here.endPresence(room, 'c1', 50)
      expect(await there.resumePresence(room, 'c1', 'ana')).toMatchObject({ connection: 'c1', user: 'ana', info: { name: 'ana' }, state: { status: 'away' } })
      await here.endPresence(room, 'c1', 0)
      await here.setPresence(room, lease('c2', 'bo'))
      await here.endPresence(room, 'c2', 100)
      await heard.until(({ changes }) => changes.some(({ left }) => left.includes('bo')))
      expect((await here.members(room, { limit: 5 })).members).toMatchObject([{ user: 'ana', state: { status: 'away' } }])
      // Another state says nothing about who holds it.
      await here.setPresence(room, lease('c1', 'ana', 'set here'))
      await here.endPresence(room, 'c1', 0)
      expect((await here.members(room, { limit: 5 })).size).toBe(1)
      await there.endPresence(room, 'c1', 0)
      await heard.until(({ changes }) => changes.some(({ left }) => left.includes('ana')))
      expect(heard.changes.map((change) => change.revision - revision)).toEqual([0, 1, 2, 3, 4])
      expect(memberChanges).toEqual(['+ana', '+bo', '-bo', '-ana'])
    })
    test('a lease that is gone, was never there or is another user\'s cannot be taken over', async () => {
      const { here, there } = await openCluster()
      const room = newRoom()
      await here.setPresence(room, lease('c1', 'ana'))
      for (const [connection, user] of [['c1', 'bo'], ['c2', 'ana']] as const) expect(await there.resumePresence(room, connection, user)).toEqual(null)
      await here.endPresence(room, 'c1', 0)
      expect(await there.resumePresence(room, 'c1', 'ana')).toEqual(null)
      expect((await here.members(room, { limit: 5 })).size).toBe(0)
    })
    test('a connection that is not there ends without a word', async () => {
      const { here } = await openCluster()
      const room = newRoom()
      const heard = await listen(here, room)
      await here.endPresence(room, 'nobody', 0)
      await here.setPresence(room, lease('c1', 'ana'))
      await heard.until(({ changes }) => changes.length === 1)
      expect(heard.changes[0]).toMatchObject({ joined: [{ user: 'ana' }] })
    })
    test('members come in order of user, page by page, and size counts all', async () => {
      const { here, there } = await openCluster()
      const room = newRoom()
      expect(await here.members(room, { limit: 3 })).toMatchObject({ members: [], more: false, size: 0 })
      let revision = 0
      for (const user of ['e', 'b', 'd', 'a', 'c']) revision = await here.setPresence(room, lease(`c-${user}`, user))
      const users = async (after: string | undefined, limit: number) => {
        const page = await there.members(room, { ...(after === undefined ? {} : { after }), limit })
        return { users: page.members.map(({ user }) => user), more: page.more, size: page.size, revision: page.revision }
      }
      expect(await users(undefined, 2)).toEqual({ users: ['a', 'b'], more: true, size: 5, revision })
      expect(await users('b', 3)).toEqual({ users: ['c', 'd', 'e'], more: false, size: 5, revision })
      expect(await users('bb', 1)).toEqual({ users: ['c'], more: true, size: 5, revision })
      expect(await users('e', 3)).toEqual({ users: [], more: false, size: 5, revision })
      expect(await users(undefined, 0)).toMatchObject({ users: [], size: 5 })
    })
  })
}
