// @vitest-environment happy-dom
import { QueryObserver, dehydrate, hydrate } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { attachQueryClient } from '../../src/query/index.js'
import { frame, stage, type Item } from './stage.js'

const a = (n: number): Item => ({ id: 'a', n })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('data that was there before the component', () => {
  test('is not fetched while the room may yet say whether it is whole', async () => {
    const { api, room, observe } = stage({ data: [a(2)], initial: [a(1)] })
    room.eager = false
    observe()
    await frame(60_000)
    expect(api.calls).toBe(0)
  })

  test('is fetched once if the room refuses', async () => {
    const { api, room, observe, cached } = stage({ data: [a(2)], initial: [a(1)] })
    room.eager = false
    observe()
    await frame()
    room.refuse()
    await frame(5_000)
    expect(cached()).toEqual([a(2)])
    expect(api.calls).toBe(1)
  })

  test('is fetched once if no connection comes about', async () => {
    const { api, room, observe, cached } = stage({ data: [a(2)], initial: [a(1)] })
    room.eager = false
    observe()
    await frame()
    room.lose()
    await frame(60_000)
    expect(cached()).toEqual([a(2)])
    expect(api.calls).toBe(1)
  })

  test('is fetched once if it finds its room lost', async () => {
    const { api, room, observe, cached } = stage({ data: [a(2)], initial: [a(1)] })
    room.eager = false
    room.onAny(() => {})
    room.lose()
    observe()
    await frame(5_000)
    expect(cached()).toEqual([a(2)])
    expect(api.calls).toBe(1)
  })

  test('is not fetched while it is fresh by its own stale time, as without rooms', async () => {
    const { api, room, observe } = stage({ data: [a(2)], initial: [a(1)], staleTime: 60_000 })
    room.eager = false
    observe()
    await frame()
    room.refuse()
    await frame(5_000)
    expect(api.calls).toBe(0)
  })

  test('from a server is fetched once after the join, although its reducers were not sent along', async () => {
    const before = stage({ data: [a(1)] })
    const stop = before.observe()
    await frame()
    stop()
    const { client, room, api, queryClient, query } = stage({ data: [a(2)] })
    hydrate(queryClient, JSON.parse(JSON.stringify(dehydrate(before.queryClient))))
    new QueryObserver<Item[]>(queryClient, query as never).subscribe(() => {})
    await frame(1_000)
    expect(api.calls).toBe(1)
    room.send('put', a(3))
    await frame()
    expect(queryClient.getQueryData(query.queryKey)).toEqual([a(3)])
    expect(client.fake('todo:1').holders).toBe(1)
  })
})

test('data the room brought is not fetched again because the room is lost or refuses', async () => {
  const { api, room, observe } = stage({ data: [a(1)] })
  observe()
  await frame()
  room.lose()
  await frame(60_000)
  room.back()
  await frame()
  room.refuse()
  await frame(60_000)
  expect(api.calls).toBe(1)
})

describe('polling', () => {
  const calls = async (staged: ReturnType<typeof stage>, ms: number): Promise<number> => {
    const before = staged.api.calls
    await frame(ms)
    return staged.api.calls - before
  }

  test('is off unless asked for', async () => {
    const staged = stage({ data: [a(1)] })
    staged.observe()
    await frame()
    staged.room.lose()
    expect(await calls(staged, 300_000)).toBe(0)
  })

  test('begins when the connection is lost and ends at once when it is back', async () => {
    const staged = stage({ data: [a(1)], pollMs: 5_000 })
    const { room, observe, cached, put } = staged
    observe()
    await frame()
    expect(await calls(staged, 60_000)).toBe(0)
    room.cut()
    expect(await calls(staged, 60_000)).toBe(0)
    room.lose()
    put(a(2))
    expect(await calls(staged, 5_100)).toBe(1)
    expect(cached()).toEqual([a(2)])
    expect(await calls(staged, 20_000)).toBe(4)
    room.back()
    expect(await calls(staged, 60_000)).toBe(0)
    put(a(3))
    await frame()
    expect(cached()).toEqual([a(3)])
  })

  test('that fails is tried less and less often, down to once a minute, and at its own pace once it works again', async () => {
    const staged = stage({ data: [a(1)], pollMs: 5_000 })
    const { api, room, observe } = staged
    observe()
    await frame()
    room.lose()
    api.failing = true
    const early = await calls(staged, 60_000)
    expect(early).toBeGreaterThan(1)
    expect(early).toBeLessThan(6)
    await frame(300_000)
    const late = await calls(staged, 300_000)
    expect(late).toBeGreaterThanOrEqual(4)
    expect(late).toBeLessThanOrEqual(6)
    api.failing = false
    await frame(61_000)
    expect(await calls(staged, 20_100)).toBe(4)
  })

  test('goes on where the room refuses', async () => {
    const staged = stage({ data: [a(1)], pollMs: 5_000 })
    staged.observe()
    await frame()
    staged.room.refuse()
    expect(await calls(staged, 20_100)).toBe(4)
  })

  test('brings nothing back that the room said since', async () => {
    const staged = stage({ data: [a(1)], pollMs: 5_000 })
    const { api, room, observe, cached, put, seen } = staged
    observe()
    await frame()
    room.lose()
    api.instant = false
    await frame(5_100)
    api.read()
    put(a(2))
    room.back()
    await frame()
    api.answer()
    await frame(1_000)
    expect(cached()).toEqual([a(2)])
    expect(seen.filter(Boolean).map((list) => list![0]!.n)).toEqual([1, 2])
    expect(api.calls).toBe(2)
  })
})

describe('two observers of one key', () => {
  test('share its reducers: what one of them says of an event counts for both', async () => {
    const { api, room, client, queryClient, query, observe, cached } = stage({ data: [a(1)], on: { put: 'upsert' } })
    observe()
    const other = stage({ data: [], on: { gone: 'remove' } }).query
    new QueryObserver<Item[]>(queryClient, { ...other, queryFn: query.queryFn } as never).subscribe(() => {})
    await frame()
    room.send('put', { id: 'b', n: 1 })
    room.send('gone', { id: 'a' })
    await frame()
    expect(cached()).toEqual([{ id: 'b', n: 1 }])
    expect(client.fake('todo:1').holders).toBe(1)
    expect(api.calls).toBe(1)
  })

  test('of which the later says something else of the same event: it is followed', async () => {
    const { room, queryClient, query, observe, cached } = stage({ data: [a(1)], on: { put: 'upsert' } })
    observe()
    await frame()
    const other = stage({ data: [], on: { put: (list) => [...list, a(9)] } }).query
    new QueryObserver<Item[]>(queryClient, { ...other, queryFn: query.queryFn } as never).subscribe(() => {})
    room.send('put', a(2))
    await frame()
    expect(cached()).toEqual([a(1), a(9)])
  })
})

test('data of a query client that is attached again goes on as before', async () => {
  const { api, client, queryClient, room, detach, observe, cached, put } = stage({ data: [a(1)] })
  const stop = observe()
  await frame()
  for (let round = 2; round < 5; round++) {
    stop()
    detach()
    attachQueryClient(client, queryClient)
    observe()
    await frame(1_000)
    put(a(round))
    await frame()
    expect(cached()).toEqual([a(round)])
  }
  expect(room.holders).toBe(1)
  expect(api.calls).toBeLessThanOrEqual(4)
})

test('a query that is disabled holds no room: nobody may be signed in yet; enabled again it is brought up to date by the room', async () => {
  const { api, room, queryClient, query, cached, put } = stage({ data: [a(1)] })
  const disabled = { ...query, enabled: false }
  const observer = new QueryObserver<Item[]>(queryClient, disabled as never)
  observer.subscribe(() => {})
  await frame()
  expect([room.holders, api.calls]).toEqual([0, 0])
  observer.setOptions(query as never)
  await frame()
  put(a(2))
  await frame()
  expect([room.holders, cached()]).toEqual([1, [a(2)]])
  observer.setOptions(disabled as never)
  put(a(3))
  await frame()
  expect([room.holders, cached()]).toEqual([0, [a(2)]])
  observer.setOptions(query as never)
  await frame(1_000)
  expect([cached(), api.calls]).toEqual([[a(3)], 1])
})
