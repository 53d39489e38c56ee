// @vitest-environment happy-dom
import { QueryClient, QueryObserver, type DataTag } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Room } from '../../src/client/room.js'
import { bindRoom } from '../../src/query/index.js'
import { FakeRoom } from './fake-room.js'
import { frame, type Item } from './stage.js'

const list = ['list'] as DataTag<string[], Item[]>
const a = (n: number): Item => ({ id: 'a', n })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** A room bound by hand to a list that is no room query; `answer` settles its requests, `server` is what they return. */
function bound(on: Parameters<typeof bindRoom>[2]) {
  const room = new FakeRoom('todo:1')
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } })
  const api = { data: [a(1)], calls: 0, instant: true, waiting: [] as (() => void)[] }
  const observe = (): (() => void) => new QueryObserver(queryClient, {
    queryKey: list,
    queryFn: () => {
      const data = structuredClone(api.data)
      api.calls++
      return api.instant ? data : new Promise<Item[]>((resolve) => void api.waiting.push(() => resolve(data)))
    },
  }).subscribe(() => {})
  const stop = bindRoom(room as never as Room<string>, queryClient, on)
  return { room, queryClient, api, observe, stop, cached: () => queryClient.getQueryData(list) }
}

test('holds the room until it is stopped', async () => {
  const { room, stop } = bound({ put: () => {} })
  expect(room.holders).toBe(1)
  stop()
  expect(room.holders).toBe(0)
})

test('patches data that is there, once for all events of a frame', async () => {
  const { room, queryClient, api, observe, cached } = bound({
    put: (item, cache) => cache.upsert(list, item as Item),
    gone: (item, cache) => cache.remove(list, (item as Item).id),
    all: (n, cache) => cache.set(list, (items) => items.map((item) => ({ ...item, n: n as number }))),
  })
  observe()
  await frame()
  let told = 0
  queryClient.getQueryCache().subscribe(({ type }) => { if (type === 'observerResultsUpdated') told++ })
  room.send('put', { id: 'b', n: 1 })
  room.send('put', { id: 'c', n: 1 })
  room.send('gone', { id: 'b' })
  room.send('all', 5)
  room.send('__proto__', 5)
  expect(told).toBe(0)
  await frame()
  expect(cached()).toEqual([a(5), { id: 'c', n: 5 }])
  expect(api.calls).toBe(1)
})

test('makes no data where there is none, and refetches data that is invalidated', async () => {
  const { room, queryClient, api, observe, cached } = bound({ put: (item, cache) => cache.upsert(list, item as Item) })
  room.send('put', a(2))
  await frame()
  expect(cached()).toBeUndefined()
  observe()
  await frame()
  await queryClient.invalidateQueries({ queryKey: list, refetchType: 'none' })
  api.data = [a(7), { id: 'b', n: 7 }]
  room.send('put', a(7))
  await frame()
  expect(cached()).toEqual(api.data)
  expect(api.calls).toBe(2)
})

test('marks a query nobody looks at, so that it is fetched when somebody does', async () => {
  const { room, queryClient, api, observe } = bound({ touched: (_, cache) => cache.invalidate(list) })
  observe()()
  await frame()
  room.send('touched', {})
  await frame()
  expect(queryClient.getQueryState(list)?.isInvalidated).toBe(true)
  expect(api.calls).toBe(1)
  observe()
  await frame()
  expect(api.calls).toBe(2)
})

test('trap 29: an event during the first fetch is not lost', async () => {
  const { room, api, observe, cached } = bound({ put: (item, cache) => cache.upsert(list, item as Item) })
  api.instant = false
  observe()
  await frame()
  api.data = [a(2)]
  room.send('put', a(2))
  await frame()
  api.instant = true
  api.waiting[0]!()
  await frame()
  expect(cached()).toEqual([a(2)])
  expect(api.calls).toBe(2)
})

test('trap 30: a fetch that runs while an event changes its query is started again', async () => {
  const { room, queryClient, api, observe, cached } = bound({ put: (item, cache) => cache.upsert(list, item as Item) })
  observe()
  await frame()
  api.instant = false
  void queryClient.refetchQueries()
  await frame()
  api.data = [a(2)]
  api.instant = true
  room.send('put', a(2))
  await frame()
  api.waiting[0]!()
  await frame()
  expect(cached()).toEqual([a(2)])
})

test('trap 32: many invalidations are two refetches', async () => {
  const { room, api, observe } = bound({ touched: (_, cache) => cache.invalidate(list) })
  observe()
  await frame()
  for (let n = 0; n < 30; n++) {
    room.send('touched', {})
    await frame(5)
  }
  await frame(1_000)
  expect(api.calls).toBe(3)
})

test('a reset refetches what the room has changed, once, within two seconds', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  const { room, queryClient, api, observe } = bound({ put: (item, cache) => cache.upsert(list, item as Item) })
  observe()
  await frame()
  room.send('put', a(2))
  await frame()
  room.reset()
  expect(queryClient.getQueryState(list)?.isInvalidated).toBe(true)
  await frame(900)
  expect(api.calls).toBe(1)
  await frame(2_000)
  expect(api.calls).toBe(2)
})

test('a reset refetches what the room has changed also where that was not cached then, or was collected since', async () => {
  const { room, queryClient, api, observe } = bound({ put: (item, cache) => cache.upsert(list, item as Item) })
  await frame()
  room.send('put', a(2))
  await frame()
  const stop = observe()
  await frame()
  room.reset()
  await frame(2_000)
  expect(api.calls).toBe(2)
  stop()
  queryClient.removeQueries()
  observe()
  await frame()
  room.reset()
  await frame(2_000)
  expect(api.calls).toBe(4)
})

test('an event that comes again for somebody else is handled once', async () => {
  const handled: unknown[] = []
  const { room } = bound({ put: (item) => void handled.push(item) })
  await frame()
  room.send('put', 1)
  room.rejoinFrom('E1:0:-')
  await frame()
  expect(handled).toEqual([1])
})

test('what was heard before it was stopped is still written', async () => {
  const { room, observe, cached, stop } = bound({ put: (item, cache) => cache.upsert(list, item as Item) })
  observe()
  await frame()
  room.send('put', a(2))
  stop()
  expect(cached()).toEqual([a(2)])
})
