// @vitest-environment happy-dom
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { feedOf } from '../../src/query/attach-query-client.js'
import { frame, stage, type Item } from './stage.js'

/** What may happen, in any order and any number. `id` is an item, `ms` the time that then goes by. */
const step = fc.record({
  what: fc.constantFrom(
    'other changes', 'other changes', 'other removes', 'mutate', 'mutate', 'serve', 'serve', 'serve unsent', 'refuse', 'answer', 'answer', 'lose answer',
    'refetch', 'read', 'respond', 'respond', 'deliver', 'deliver', 'cut', 'return', 'return', 'leave', 'come back',
  ),
  id: fc.constantFrom('a', 'b', 'c'),
  ms: fc.constantFrom(0, 0, 1, 20, 250),
})
const breaks = fc.record({ what: fc.constantFrom('reset', 'return unrecovered', 'changes without saying how'), id: fc.constantFrom('a', 'b'), ms: fc.constantFrom(0, 20) })
const fails = fc.record({ what: fc.constantFrom('fail', 'cancel', 'invalidate'), id: fc.constant('a'), ms: fc.constantFrom(0, 20) })

interface Step { readonly what: string; readonly id: string; readonly ms: number }
interface Own { readonly id: string; readonly item: Item; served: boolean; refused: boolean; settle: (succeeded: boolean) => void }

/** Plays a schedule to its end and lets everything come to rest; returns what went on. */
async function play(steps: readonly Step[], stamped = true) {
  const staged = stage({ data: [{ id: 'a', n: 0 }, { id: 'b', n: 0 }] })
  const { api, room, queryClient, put, query, cached } = staged
  /** Values of each item in the order the server took them on. */
  const history = new Map<string, number[]>([['a', [0]], ['b', [0]]])
  const doubtful = new Set<number>()
  const inFlight: Own[] = []
  let n = 0
  let asked = 0
  let stop: (() => void) | null = null
  const fed = () => feedOf(queryClient.getQueryCache().find({ queryKey: query.queryKey })!)!

  const happen = ({ what, id }: Step): void => {
    const unserved = inFlight.find((own) => !own.served)
    const oldest = inFlight[0]
    const take = (item: Item): void => void history.set(item.id, [...(history.get(item.id) ?? []), item.n])
    switch (what) {
      case 'other changes':
        take({ id, n: ++n })
        return put({ id, n })
      case 'other removes':
        api.data = api.data.filter((item) => item.id !== id)
        return room.send('gone', { id })
      case 'mutate': {
        if (!stop || cached() === undefined) return
        const own: Own = { settle: () => {}, id: `m${++n}`, item: { id, n }, served: false, refused: false }
        inFlight.push(own)
        own.settle = fed().predict('todo:1', own.id, { event: 'put', data: own.item, meta: { id: own.id, offset: 0, at: 0, from: undefined, replayed: false } })!
        return
      }
      case 'serve':
        if (!unserved) return
        unserved.served = true
        take(unserved.item)
        return put(unserved.item, unserved.id)
      case 'serve unsent':
        if (!unserved) return
        unserved.served = true
        take(unserved.item)
        api.data = [...api.data.filter((item) => item.id !== unserved.item.id), unserved.item]
        return room.skip(unserved.id)
      case 'refuse':
        if (!unserved) return
        doubtful.add(unserved.item.n)
        unserved.served = unserved.refused = true
        return
      case 'answer':
        if (!oldest?.served) return
        inFlight.shift()
        return oldest.settle(!oldest.refused)
      case 'lose answer':
        if (!oldest?.served) return
        inFlight.shift()
        doubtful.add(oldest.item.n)
        return oldest.settle(false)
      case 'refetch': {
        const before = api.calls
        void queryClient.refetchQueries()
        asked += api.calls - before
        return
      }
      case 'read': return api.read()
      case 'respond': return api.answer()
      case 'fail': return api.fail()
      case 'cancel': return void queryClient.cancelQueries()
      case 'invalidate': return void queryClient.invalidateQueries()
      case 'changes without saying how':
        take({ id, n: ++n })
        api.data = [...api.data.filter((item) => item.id !== id), { id, n }]
        return room.send('touched', {})
      case 'deliver': return room.deliver()
      case 'cut': return room.state === 'live' ? room.cut() : undefined
      case 'return': return room.state === 'catching-up' ? room.back() : undefined
      case 'return unrecovered': return room.state === 'catching-up' ? room.back(false) : undefined
      case 'reset': return room.state === 'live' ? room.reset() : undefined
      case 'leave':
        stop?.()
        stop = null
        return
      case 'come back':
        stop ??= staged.observe()
    }
  }

  api.stamped = stamped
  api.instant = room.instant = false
  stop = staged.observe()
  asked = 1
  for (const each of steps) {
    happen(each)
    await frame(each.ms)
  }
  // Everything under way ends, in whatever order it would.
  if (room.state === 'catching-up') room.back()
  happen({ what: 'come back', id: 'a', ms: 0 })
  for (let rounds = 0; rounds < 6; rounds++) {
    while (inFlight.length > 0) {
      happen({ what: 'serve', id: 'a', ms: 0 })
      happen({ what: 'answer', id: 'a', ms: 0 })
    }
    room.deliver()
    while (api.waiting > 0) api.answer()
    await frame(1_500)
  }
  const result = { ...staged, history, doubtful, asked, shown: staged.seen }
  stop?.()
  staged.detach()
  return result
}

const byId = (list: readonly Item[] | undefined): Item[] => [...(list ?? [])].sort((one, other) => (one.id < other.id ? -1 : 1))

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const runs = Number(process.env['ROOMS_RUNS'] ?? 150)

test('whatever happens in whatever order, with stamped responses or without, the cache ends equal to the server', { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.oneof({ weight: 9, arbitrary: step }, { weight: 1, arbitrary: breaks }), { maxLength: 40 }), fc.boolean(), async (steps, stamped) => {
    const { cached, api, state } = await play(steps, stamped)
    expect(byId(cached())).toEqual(byId(api.data))
    expect(state()).toMatchObject({ isInvalidated: false, status: 'success' })
  }), { numRuns: runs })
})

test('whatever fails besides, the cache ends equal to the server or says that it may not be', { timeout: 120_000 }, async () => {
  const any = fc.oneof({ weight: 8, arbitrary: step }, { weight: 1, arbitrary: breaks }, { weight: 1, arbitrary: fails })
  await fc.assert(fc.asyncProperty(fc.array(any, { maxLength: 40 }), fc.boolean(), async (steps, stamped) => {
    const { cached, api, state } = await play(steps, stamped)
    if (state()?.isInvalidated || cached() === undefined) return
    expect(byId(cached())).toEqual(byId(api.data))
  }), { numRuns: runs })
})

test('while the room recovers nothing is fetched but what was asked for, and no item goes back to an older value', { timeout: 120_000 }, async () => {
  const gentle = step.filter(({ what }) => what !== 'serve unsent')
  await fc.assert(fc.asyncProperty(fc.array(gentle, { maxLength: 40 }), async (steps) => {
    const { cached, api, asked, shown, history, doubtful } = await play(steps)
    expect(byId(cached())).toEqual(byId(api.data))
    expect(api.calls).toBe(asked)
    const newest = new Map<string, number>()
    for (const { id, n } of shown.flatMap((list) => list ?? [])) {
      if (doubtful.has(n)) continue
      const age = history.get(id)!.indexOf(n)
      expect(age, `${id} went back from ${history.get(id)![newest.get(id) ?? 0]} to ${n}`).toBeGreaterThanOrEqual(newest.get(id) ?? 0)
      newest.set(id, age)
    }
  }), { numRuns: runs })
})
