import { formatPosition, parsePosition, type Position } from 'rooms-protocol'
import type { BrokerLink } from '../../broker/broker.js'
import { HISTORY, append, event, lease, listen, type ContractContext } from './cluster.js'
import { Recorder } from './recorder.js'

/** Verdicts and pages of history. */
export function reads({ describe, test, expect, name, openCluster, newRoom }: ContractContext): void {
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
}

/** What subscribers hear, and when they no longer do. */
export function subscriptions({ describe, test, expect, name, openCluster, newRoom }: ContractContext): void {
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
}
