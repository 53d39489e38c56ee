// @vitest-environment happy-dom
import { dehydrate, hydrate, QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { feedOf } from '../../src/query/attach-query-client.js'
import { frame, stage, type Item } from './stage.js'

const a = (n: number): Item => ({ id: 'a', n })
const b = (n: number): Item => ({ id: 'b', n })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('trap 31: a push for a query that was never fetched makes no partial list', async () => {
  const { api, observe, cached, put } = stage({ data: [b(1)] })
  api.failing = true
  observe()
  await frame()
  api.failing = false
  put(a(1))
  await frame()
  expect(cached()).toEqual([b(1), a(1)])
  expect(api.calls).toBe(2)
})

test('trap 31: a push on invalidated data neither clears the mark nor the refetch that is owed', async () => {
  const { api, queryClient, query, observe, cached, state, put } = stage({ data: [a(1), b(1)] })
  observe()
  await frame()
  api.data = [a(1)]
  await queryClient.invalidateQueries({ queryKey: query.queryKey, refetchType: 'none' })
  expect(state()?.isInvalidated).toBe(true)
  put(a(2))
  await frame()
  expect(cached()).toEqual([a(2)])
  expect(api.calls).toBe(2)
})

test('trap 32: thirty invalidating events refetch twice, at once and at the end, and end fresh', async () => {
  const { api, room, observe, cached, state } = stage({ data: [a(0)] })
  observe()
  await frame()
  for (let n = 1; n <= 30; n++) {
    api.data = [a(n)]
    room.send('touched', {})
    await frame(5)
  }
  await frame(2_000)
  expect(cached()).toEqual([a(30)])
  expect(state()?.isInvalidated).toBe(false)
  expect(api.calls).toBe(3)
})

test('an invalidating event during a fetch refetches if the response is older', async () => {
  const { api, room, observe, cached } = stage({ data: [a(1)] })
  api.instant = false
  observe()
  await frame()
  api.read()
  api.data = [a(2)]
  room.send('touched', {})
  await frame()
  api.instant = true
  api.answer()
  await frame(400)
  expect(cached()).toEqual([a(2)])
  expect(api.calls).toBe(2)
})

test('an invalidating event during a fetch refetches nothing if the response is newer', async () => {
  const { api, room, observe, cached } = stage({ data: [a(1)] })
  api.instant = false
  observe()
  await frame()
  api.data = [a(2)]
  room.send('touched', {})
  await frame()
  api.answer()
  await frame(2_000)
  expect(cached()).toEqual([a(2)])
  expect(api.calls).toBe(1)
})

test('a route that fails is asked again only when something new happens', async () => {
  const { api, room, observe, cached } = stage({ data: [a(1)] })
  observe()
  await frame()
  api.failing = true
  room.send('touched', {})
  await frame(5_000)
  expect(api.calls).toBe(2)
  api.failing = false
  api.data = [a(2)]
  room.send('put', a(2))
  await frame(5_000)
  expect(api.calls).toBe(3)
  expect(cached()).toEqual([a(2)])
})

test('a reducer that cannot tell, or throws, is made good by a refetch', async () => {
  const reported: unknown[] = []
  const report = (error: unknown): void => void reported.push(error)
  process.on('unhandledRejection', report)
  const { api, room, observe, cached } = stage({ data: [a(1)], on: { unsure: () => undefined, broken: () => { throw new Error('mine') } } })
  observe()
  await frame()
  api.data = [a(2)]
  room.send('unsure', {})
  await frame(400)
  expect(cached()).toEqual([a(2)])
  api.data = [a(3)]
  room.send('broken', {})
  await frame(400)
  expect(cached()).toEqual([a(3)])
  vi.useRealTimers()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', report)
  expect(reported).toEqual([new Error('mine')])
})

test('five hundred events within a frame are one write', async () => {
  const { api, room, queryClient, observe, cached, seen } = stage()
  observe()
  await frame()
  let writes = 0
  queryClient.getQueryCache().subscribe((event) => { if (event.type === 'updated' && event.action.type === 'success') writes++ })
  for (let n = 0; n < 500; n++) room.send('put', { id: `i${n}`, n })
  await frame()
  expect(cached()).toHaveLength(500)
  expect(writes).toBe(1)
  expect(seen.length).toBe(2)
  expect(api.calls).toBe(1)
})

test('events over a second are written at frame rate, all of them', async () => {
  const { room, queryClient, observe, cached } = stage()
  observe()
  await frame()
  let writes = 0
  queryClient.getQueryCache().subscribe((event) => { if (event.type === 'updated' && event.action.type === 'success') writes++ })
  for (let n = 0; n < 500; n++) {
    room.send('put', { id: `i${n}`, n })
    await frame(2)
  }
  await frame()
  expect(cached()).toHaveLength(500)
  expect(writes).toBeLessThanOrEqual(70)
})

test('trap 36: a hidden page, which has no frames, still writes, and less often', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  vi.stubGlobal('requestAnimationFrame', () => 0)
  const { room, queryClient, observe, cached } = stage()
  observe()
  await frame()
  room.send('put', a(1))
  await frame(250)
  expect(cached()).toEqual([a(1)])
  let writes = 0
  queryClient.getQueryCache().subscribe((event) => { if (event.type === 'updated' && event.action.type === 'success') writes++ })
  for (let n = 0; n < 100; n++) {
    room.send('put', a(n))
    await frame(10)
  }
  vi.unstubAllGlobals()
  expect(writes).toBeLessThanOrEqual(5)
})

test('where there are no frames, as in Node, writing waits about as long as for one', async () => {
  vi.stubGlobal('requestAnimationFrame', undefined)
  const { room, observe, cached } = stage()
  observe()
  await frame()
  room.send('put', a(1))
  await frame()
  expect(cached()).toEqual([a(1)])
  vi.unstubAllGlobals()
})

test('a hidden page asks for no frames, which would pile up', async () => {
  const asked = vi.spyOn(globalThis, 'requestAnimationFrame')
  const { room, observe } = stage()
  observe()
  await frame()
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
  asked.mockClear()
  room.send('put', a(1))
  await frame(250)
  expect(asked).not.toHaveBeenCalled()
  vi.restoreAllMocks()
})

test('what was read before the room spoke, as by a server that renders, is not shown over what it said', async () => {
  const { api, queryClient, query, observe, cached, put } = stage({ data: [a(1)] })
  observe()
  await frame()
  const rendered = new QueryClient()
  rendered.setQueryData(query.queryKey, [a(1)], { updatedAt: Date.now() + 1_000 })
  put(a(2))
  await frame()
  hydrate(queryClient, dehydrate(rendered))
  await frame()
  expect([cached(), api.calls]).toEqual([[a(2)], 1])
})

test('what a server rendered while the room is lost is shown: it is newer than what the room said', async () => {
  const { room, queryClient, query, observe, cached } = stage({ data: [a(1)] })
  observe()
  await frame()
  room.cut()
  room.lose()
  await frame()
  const rendered = new QueryClient()
  rendered.setQueryData(query.queryKey, [a(2)], { updatedAt: Date.now() + 1_000 })
  hydrate(queryClient, dehydrate(rendered))
  await frame(1_000)
  expect(cached()).toEqual([a(2)])
})

test('a cache in which nothing happens is left alone, also while a prediction waits', async () => {
  const { room, queryClient, query, observe } = stage({ data: [a(1)] })
  observe()
  await frame(1_000)
  const said = vi.fn()
  queryClient.getQueryCache().subscribe(said)
  const idle = vi.getTimerCount()
  feedOf(queryClient.getQueryCache().find({ queryKey: query.queryKey }))!.foresee(room.name, 'mine', { event: 'put', data: b(1) })
  await frame(1_000)
  // The write, and what its observer makes of it.
  expect([said.mock.calls.length, vi.getTimerCount()]).toEqual([2, idle])
})

test('what the person or the application writes itself is kept', async () => {
  const { queryClient, query, observe, cached, put } = stage({ data: [a(1)] })
  observe()
  await frame()
  queryClient.setQueryData<Item[]>(query.queryKey, (list) => [...(list ?? []), b(7)])
  put(a(2))
  await frame()
  expect(cached()).toEqual([a(2), b(7)])
})

test('an event of no consequence for the data keeps the very same object', async () => {
  const { room, observe, cached } = stage({ data: [a(1), b(1)] })
  observe()
  await frame()
  const before = cached()
  room.send('put', a(1))
  await frame()
  expect(cached()).toBe(before)
  room.send('put', a(2))
  await frame()
  expect(cached()?.[1]).toBe(before?.[1])
})
