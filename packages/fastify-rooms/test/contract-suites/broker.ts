import fastify from 'fastify'
import { formatPosition, parsePosition, type Position } from 'rooms-protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { AppendRequest, Broker, BrokerLink, IdempotencyKey, Lease } from '../../src/index.js'
import { Recorder } from '../support/recorder.js'

const HISTORY = { size: 100, ttlMs: 60_000 }
const CHANGED = { left: [], joined: [], changed: [] }

interface Cluster {
  /** Two links of one broker: two nodes. */
  readonly here: BrokerLink
  readonly there: BrokerLink
  /** `memberChanged` of both nodes, as `+user` and `-user`. */
  readonly memberChanges: string[]
}

function event(room: string, data: unknown, more: Partial<AppendRequest> = {}): AppendRequest {
  return { room, id: 'id', head: `{"type":"event","room":${JSON.stringify(room)},"event":"e","data":${JSON.stringify(data)},`, tail: ',"id":"id"}', except: null, history: HISTORY, key: null, ...more }
}
function keyOf(id: string, hash = 'hash', scope = 'user:ana'): IdempotencyKey {
  return { scope, id, hash }
}
function lease(connection: string, user: string, state: unknown = null, info: unknown = { name: user }): Lease {
  return { connection, user, info, state }
}
async function append(link: BrokerLink, request: AppendRequest): Promise<Position> {
  const result = await link.append(request)
  if (result.state !== 'appended') throw new Error(`expected to append, but got ${JSON.stringify(result)}`)
  return parsePosition(result.position)!
}
async function listen(link: BrokerLink, room: string): Promise<Recorder> {
  const recorder = new Recorder()
  await link.subscribe(room, recorder)
  return recorder
}

/** What every broker promises in src/broker/broker.ts; `makeBroker` gives a broker without any rooms. */
export function brokerContract(name: string, makeBroker: () => Broker | Promise<Broker>): void {
  const log = fastify({ logger: false }).log
  let rooms = 0
  const newRoom = (): string => `room:${++rooms}`

  async function openCluster(): Promise<Cluster> {
    const broker = await makeBroker()
    const memberChanges: string[] = []
    const host = { log, presence: { leaseMs: 25_000, renewMs: 8_000 }, memberChanged: (_: string, user: string, present: boolean) => { memberChanges.push(`${present ? '+' : '-'}${user}`) } }
    const [here, there] = [await broker.open(host), await broker.open(host)]
    onTestFinished(async () => { await Promise.all([here.close(), there.close()]) })
    return { here, there, memberChanges }
  }

  describe(`${name}: append`, () => {
    test('writes offset, tag and time into the event, and delivers those very bytes on every node', async () => {
      const { here, there } = await openCluster()
      const room = newRoom()
      const [near, far] = [await listen(here, room), await listen(there, room)]
      const before = Date.now()
      const position = await append(here, event(room, { text: 'ä"\n' }, { except: 'conn' }))
      await Promise.all([near, far].map((each) => each.until(({ entries }) => entries.length === 1)))
      expect(near.entries).toEqual(far.entries)
      expect(near.entries).toEqual([{ ...position, previousTag: '-', except: 'conn', frame: expect.any(String) }])
      const frame = JSON.parse(near.entries[0]!.frame) as { at: number }
      expect(frame).toEqual({ type: 'event', room, event: 'e', data: { text: 'ä"\n' }, offset: 1, tag: position.tag, at: expect.any(Number), id: 'id' })
      expect(Math.abs(frame.at - before)).toBeLessThan(5_000)
      expect((await there.read(room, { last: 1 }, 10)).entries).toEqual(near.entries)
    })
    test('counts from 1, each entry naming the tag before it', async () => {
      const { here } = await openCluster()
      const room = newRoom()
      const heard = await listen(here, room)
      for (let n = 1; n <= 5; n++) expect((await append(here, event(room, n))).offset).toBe(n)
      await heard.until(({ entries }) => entries.length === 5)
      expect(heard.data).toEqual([1, 2, 3, 4, 5])
      expect(heard.entries.map(({ previousTag }) => previousTag)).toEqual(['-', ...heard.entries.slice(0, 4).map(({ tag }) => tag)])
      expect(new Set(heard.entries.map(({ epoch }) => epoch)).size).toBe(1)
      expect(new Set(heard.entries.map(({ tag }) => tag)).size).toBe(5)
    })
    test('from two nodes at once makes one order, the same for everyone', async () => {
      const { here, there } = await openCluster()
      const room = newRoom()
      const [near, far] = [await listen(here, room), await listen(there, room)]
      await Promise.all(Array.from({ length: 200 }, (_, n) => append(n % 2 === 0 ? here : there, event(room, n))))
      await Promise.all([near, far].map((each) => each.until(({ entries }) => entries.length === 200)))
      expect(near.offsets).toEqual(Array.from({ length: 200 }, (_, n) => n + 1))
      expect(far.entries).toEqual(near.entries)
    })
    test('keeps rooms apart', async () => {
      const { here } = await openCluster()
      const [one, other] = [newRoom(), newRoom()]
      const heard = await listen(here, one)
      const [a, b] = [await append(here, event(one, 1)), await append(here, event(other, 1))]
      expect(b.offset).toBe(1)
      expect(b.epoch).not.toBe(a.epoch)
      await append(here, event(one, 2))
      await heard.until(({ entries }) => entries.length === 2)
      expect(heard.data).toEqual([1, 2])
    })
  })

  describe(`${name}: idempotency keys`, () => {
    test('a key used again answers with the original position and delivers nothing', async () => {
      const { here, there } = await openCluster()
      const room = newRoom()
      const heard = await listen(here, room)
      const position = await append(here, event(room, 1, { key: keyOf('k') }))
      expect(await there.append(event(room, 1, { key: keyOf('k') }))).toEqual({ state: 'duplicate', position: formatPosition(position), result: null })
      await append(here, event(room, 2))
      await heard.until(({ entries }) => entries.length === 2)
      expect(heard.data).toEqual([1, 2])
    })
    test('a key used for other content is a conflict', async () => {
      const { here } = await openCluster()
      const room = newRoom()
      await append(here, event(room, 1, { key: keyOf('k') }))
      expect(await here.append(event(room, 2, { key: keyOf('k', 'other') }))).toEqual({ state: 'conflict' })
      expect(await here.claim(room, keyOf('k', 'other'))).toEqual({ state: 'conflict' })
    })
    test('scopes and rooms keep their keys apart, whatever characters they hold', async () => {
      const { here } = await openCluster()
      const [room, other] = [newRoom(), newRoom()]
      await append(here, event(room, 1, { key: keyOf('b:c', 'hash', 'a') }))
      await append(here, event(room, 2, { key: keyOf('c', 'hash', 'a:b') }))
      await append(here, event(other, 3, { key: keyOf('b:c', 'hash', 'a') }))
      expect((await here.read(room, { last: 9 }, 9)).end.offset).toBe(2)
    })
    test('twenty appends of one key at once, on two nodes, make one event', async () => {
      const { here, there } = await openCluster()
      const room = newRoom()
      const results = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? here : there).append(event(room, 1, { key: keyOf('k') }))))
      expect(results.filter(({ state }) => state === 'appended')).toHaveLength(1)
      expect(new Set(results.map((result) => (result.state === 'conflict' ? null : result.position))).size).toBe(1)
      expect((await here.read(room, { last: 9 }, 9)).end.offset).toBe(1)
    })
  })

  describe(`${name}: claims`, () => {
    test('are mine once, pending for others, and done with the result that was settled', async () => {
      const { here, there } = await openCluster()
      const room = newRoom()
      expect(await here.claim(room, keyOf('k'))).toEqual({ state: 'mine' })
      expect(await there.claim(room, keyOf('k'))).toEqual({ state: 'pending' })
      expect(await there.claim(room, keyOf('k', 'other'))).toEqual({ state: 'conflict' })
      await here.settle(room, keyOf('k'), '{"ok":true}')
      expect(await there.claim(room, keyOf('k'))).toEqual({ state: 'done', position: null, result: '{"ok":true}' })
      expect(await there.append(event(room, 1, { key: keyOf('k') }))).toEqual({ state: 'duplicate', position: null, result: '{"ok":true}' })
    })
    test('end in an event when their holder appends with the key', async () => {
      const { here, there } = await openCluster()
      const room = newRoom()
      await here.claim(room, keyOf('k'))
      const position = formatPosition(await append(here, event(room, 1, { key: keyOf('k') })))
      expect(await there.claim(room, keyOf('k'))).toEqual({ state: 'done', position, result: null })
    })
    test('that are released can be taken again; one that is done stays done', async () => {
      const { here, there } = await openCluster()
      const room = newRoom()
      await here.claim(room, keyOf('k'))
      await here.release(room, keyOf('k'))
      expect(await there.claim(room, keyOf('k'))).toEqual({ state: 'mine' })
      await there.settle(room, keyOf('k'), 'null')
      await here.release(room, keyOf('k'))
      expect(await here.claim(room, keyOf('k'))).toMatchObject({ state: 'done' })
    })
    test('twenty at once give one winner', async () => {
      const { here, there } = await openCluster()
      const room = newRoom()
      const claims = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? here : there).claim(room, keyOf('k'))))
      expect(claims.map(({ state }) => state).sort()).toEqual(['mine', ...Array<string>(19).fill('pending')])
    })
  })

  describe(`${name}: read`, () => {
    /** A room with events 1…count; `places[n]` is the place after n of them. */
    async function filled(link: BrokerLink, count: number, history = HISTORY): Promise<{ room: string; places: Position[] }> {
      const room = newRoom()
      const places = [(await link.read(room, { last: 0 }, 0)).end]
      for (let n = 1; n <= count; n++) places.push(await append(link, event(room, n, { history })))
      return { room, places }
    }
    const offsets = (entries: readonly { offset: number }[]): number[] => entries.map(({ offset }) => offset)

    test('an empty room has a place too, and it recovers after the first events', async () => {
      const { here, there } = await openCluster()
      const { room, places } = await filled(here, 2)
      expect(places[0]).toEqual({ epoch: expect.stringMatching(/^[A-Za-z0-9_-]{1,32}$/), offset: 0, tag: '-' })
      const page = await there.read(room, { since: places[0]! }, 10)
      expect(page).toMatchObject({ verdict: 'ok', more: false, end: places[2] })
      expect(offsets(page.entries)).toEqual([1, 2])
      expect(parsePosition(formatPosition(places[2]!))).toEqual(places[2])
    })
    test('since any place gives what follows it, page by page', async () => {
      const { here } = await openCluster()
      const { room, places } = await filled(here, 7)
      for (let n = 0; n <= 7; n++) expect(offsets((await here.read(room, { since: places[n]! }, 10)).entries)).toEqual([1, 2, 3, 4, 5, 6, 7].slice(n))
      const first = await here.read(room, { since: places[1]! }, 4)
      expect(first).toMatchObject({ verdict: 'ok', more: true, end: places[7] })
      expect(offsets(first.entries)).toEqual([2, 3, 4, 5])
      const second = await here.read(room, { since: first.entries.at(-1)! }, 4)
      expect(second.more).toBe(false)
      expect(offsets(second.entries)).toEqual([6, 7])
    })
    test('last gives the newest, or all there are', async () => {
      const { here } = await openCluster()
      const { room } = await filled(here, 5)
      expect(offsets((await here.read(room, { last: 2 }, 10)).entries)).toEqual([4, 5])
      expect(offsets((await here.read(room, { last: 50 }, 10)).entries)).toEqual([1, 2, 3, 4, 5])
      expect(await here.read(room, { last: 0 }, 0)).toMatchObject({ verdict: 'ok', entries: [], end: { offset: 5 } })
      const page = await here.read(room, { last: 4 }, 2)
      expect([offsets(page.entries), page.more]).toEqual([[2, 3], true])
    })
    test('a place of no, another or a later stream has its verdict and no entries', async () => {
      const { here } = await openCluster()
      const { room, places } = await filled(here, 5)
      const [middle, newest] = [places[3]!, places[5]!]
      const verdicts: [Position, string][] = [
        [{ ...middle, epoch: 'another' }, 'epoch'],
        [{ ...newest, offset: 6 }, 'ahead'],
        [{ ...middle, tag: 'AAAAAAAA' }, 'fork'],
        [{ ...newest, tag: 'AAAAAAAA' }, 'fork'],
        [{ ...middle, offset: 4 }, 'fork'],
      ]
      for (const [since, verdict] of verdicts) expect(await here.read(room, { since }, 10)).toEqual({ verdict, entries: [], more: false, end: newest })
    })
    test('only the newest are kept; the place just before the oldest still recovers, those before it are trimmed', async () => {
      const { here } = await openCluster()
      const { room, places } = await filled(here, 8, { size: 3, ttlMs: 60_000 })
      const verdicts = await Promise.all(places.map(async (since) => (await here.read(room, { since }, 10)).verdict))
      expect(verdicts).toEqual(['trimmed', 'trimmed', 'trimmed', 'trimmed', 'trimmed', 'ok', 'ok', 'ok', 'ok'])
      expect(offsets((await here.read(room, { since: places[5]! }, 10)).entries)).toEqual([6, 7, 8])
      expect((await here.read(room, { since: { ...places[5]!, tag: 'AAAAAAAA' } }, 10)).verdict).toBe('fork')
    })
    test('without history only the newest place is one', async () => {
      const { here } = await openCluster()
      const { room, places } = await filled(here, 3, { size: 0, ttlMs: 60_000 })
      expect(await here.read(room, { since: places[3]! }, 10)).toMatchObject({ verdict: 'ok', entries: [], more: false })
      expect((await here.read(room, { since: places[1]! }, 10)).verdict).toBe('trimmed')
      expect((await here.read(room, { last: 5 }, 10)).entries).toEqual([])
    })
  })

  describe(`${name}: subscribe, broadcast and restart`, () => {
    test('a subscription hears what is appended after it resolved, and nothing once it is closed', async () => {
      const { here, there } = await openCluster()
      const room = newRoom()
      const [heard, witness] = [new Recorder(), await listen(there, room)]
      await append(here, event(room, 'before'))
      const subscription = await here.subscribe(room, heard)
      await append(there, event(room, 'during'))
      await heard.until(({ data }) => data.includes('during'))
      await subscription.close()
      await append(there, event(room, 'after'))
      await witness.until(({ entries }) => entries.length === 3)
      expect(heard.data.filter((data) => data !== 'before')).toEqual(['during'])
    })
    test('signals and typing reach every node\'s subscribers, leave no history, and stay in their room', async () => {
      const { here, there } = await openCluster()
      const [room, other] = [newRoom(), newRoom()]
      const [near, far, elsewhere] = [await listen(here, room), await listen(there, room), await listen(there, other)]
      here.broadcast(room, { kind: 'signal', frame: '{"n":1}', except: 'conn' })
      here.broadcast(room, { kind: 'typing', frame: '{"n":2}', user: 'ana', on: true })
      here.broadcast(other, { kind: 'signal', frame: '{"n":3}', except: null })
      await Promise.all([near, far].map((each) => each.until(({ ephemerals }) => ephemerals.length === 2)))
      await elsewhere.until(({ ephemerals }) => ephemerals.length === 1)
      expect(near.ephemerals).toEqual([{ kind: 'signal', frame: '{"n":1}', except: 'conn' }, { kind: 'typing', frame: '{"n":2}', user: 'ana', on: true }])
      expect(far.ephemerals).toEqual(near.ephemerals)
      expect((await here.read(room, { last: 5 }, 5)).end.offset).toBe(0)
    })
    test('a restart tells every node and makes every old place one of another epoch', async () => {
      const { here, there } = await openCluster()
      const room = newRoom()
      const [near, far] = [await listen(here, room), await listen(there, room)]
      const old = await append(here, event(room, 1))
      await here.restart(room)
      await Promise.all([near, far].map((each) => each.until(({ restarts }) => restarts === 1)))
      const { verdict, end } = await there.read(room, { since: old }, 10)
      expect(verdict).toBe('epoch')
      expect((await append(here, event(room, 2))).epoch).toBe(end.epoch)
    })
    test('a closed link hears nothing more, and the other goes on', async () => {
      const { here, there } = await openCluster()
      const room = newRoom()
      const [near, far] = [await listen(here, room), await listen(there, room)]
      await here.close()
      await append(there, event(room, 1))
      there.broadcast(room, { kind: 'signal', frame: '{}', except: null })
      await there.setPresence(room, lease('c1', 'ana'))
      await far.until(({ entries, ephemerals, changes }) => entries.length + ephemerals.length + changes.length === 3)
      expect([...near.entries, ...near.ephemerals, ...near.changes]).toEqual([])
    })
  })

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
