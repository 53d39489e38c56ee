import { formatPosition } from 'rooms-protocol'
import { append, event, keyOf, listen, type ContractContext } from './cluster.js'

/** Order, offsets and bytes of events. */
export function appends({ describe, test, expect, name, openCluster, newRoom }: ContractContext): void {
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
}

/** Keys that make an append happen once. */
export function idempotentAppends({ describe, test, expect, name, openCluster, newRoom }: ContractContext): void {
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
      expect(await here.append(event(room, 2, { key: keyOf('k', -2) }))).toEqual({ state: 'conflict' })
      expect(await here.claim(room, keyOf('k', -2))).toEqual({ state: 'conflict' })
    })
    test('scopes and rooms keep their keys apart, whatever characters they hold', async () => {
      const { here } = await openCluster()
      const [room, other] = [newRoom(), newRoom()]
      await append(here, event(room, 1, { key: keyOf('b:c', 1, 'a') }))
      await append(here, event(room, 2, { key: keyOf('c', 1, 'a:b') }))
      await append(here, event(other, 3, { key: keyOf('b:c', 1, 'a') }))
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
}

/** Keys that are taken before a handler runs. */
export function claims({ describe, test, expect, name, openCluster, newRoom }: ContractContext): void {
  describe(`${name}: claims`, () => {
    test('are mine once, pending for others, and done with the result that was settled', async () => {
      const { here, there } = await openCluster()
      const room = newRoom()
      expect(await here.claim(room, keyOf('k'))).toEqual({ state: 'mine' })
      expect(await there.claim(room, keyOf('k'))).toEqual({ state: 'pending' })
      expect(await there.claim(room, keyOf('k', -2))).toEqual({ state: 'conflict' })
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
}
