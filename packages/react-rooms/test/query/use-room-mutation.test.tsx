// @vitest-environment happy-dom
import { QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { useRoomMutation } from '../../src/query/index.js'
import { frame, mutating } from './mutating.js'
import { stage, type Item } from './stage.js'

const a = (n: number): Item => ({ id: 'a', n })
const b = (n: number): Item => ({ id: 'b', n })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

describe('a prediction', () => {
  test('shows at once and stays through: event, then result', async () => {
    const { mutate, requests, cached, put, seen, api } = await mutating()
    await mutate(a(2))
    expect(cached()).toEqual([a(2)])
    put(a(2), requests[0]!.id)
    await frame()
    requests[0]!.resolve()
    await frame()
    expect(cached()).toEqual([a(2)])
    expect(seen.filter(Boolean)).toEqual([[a(1)], [a(2)]])
    expect(api.calls).toBe(1)
  })

  test('shows at once and stays through: result, then event', async () => {
    const { mutate, requests, cached, put, seen, api } = await mutating()
    await mutate(a(2))
    requests[0]!.resolve()
    await frame()
    put(a(2), requests[0]!.id)
    await frame(10_000)
    expect(cached()).toEqual([a(2)])
    expect(seen.filter(Boolean)).toEqual([[a(1)], [a(2)]])
    expect(api.calls).toBe(1)
  })

  test('gives way to what the server made of it', async () => {
    const { mutate, requests, cached, put } = await mutating()
    await mutate(a(2))
    put(a(3), requests[0]!.id)
    await frame()
    expect(cached()).toEqual([a(3)])
  })

  test('trap 33: goes away when the mutation fails, and takes nobody else\'s change along', async () => {
    const { mutate, requests, cached, put } = await mutating({ data: [a(1), b(1)] })
    await mutate(a(2))
    put(b(2))
    await frame()
    expect(cached()).toEqual([a(2), b(2)])
    requests[0]!.reject()
    await frame()
    expect(cached()).toEqual([a(1), b(2)])
  })

  test('stays over another person\'s change of the same item until its own event decides', async () => {
    const { mutate, requests, cached, put, seen } = await mutating()
    await mutate(a(5))
    put(a(2))
    await frame()
    expect(cached()).toEqual([a(5)])
    put(a(5), requests[0]!.id)
    await frame()
    put(a(6))
    await frame()
    expect(seen.filter(Boolean).map((list) => list![0]!.n)).toEqual([1, 5, 6])
  })

  test('stays when the answer is lost but the event came', async () => {
    const { mutate, requests, cached, put, seen } = await mutating()
    await mutate(a(2))
    put(a(2), requests[0]!.id)
    await frame()
    requests[0]!.reject()
    await frame()
    expect(cached()).toEqual([a(2)])
    expect(seen.filter(Boolean)).toEqual([[a(1)], [a(2)]])
  })

  test('is applied over a fetch that lands meanwhile', async () => {
    const { mutate, requests, cached, queryClient, put, seen, api } = await mutating()
    await mutate(b(1))
    await act(() => queryClient.refetchQueries())
    await frame()
    expect(cached()).toEqual([a(1), b(1)])
    requests[0]!.resolve()
    put(b(1), requests[0]!.id)
    await frame()
    expect(seen.filter(Boolean)).toEqual([[a(1)], [a(1), b(1)]])
    expect(api.calls).toBe(2)
  })

  test('does not wake a query that has no data, nor end an invalidation', async () => {
    const { mutate, cached, queryClient, query, state } = await mutating()
    await queryClient.invalidateQueries({ queryKey: query.queryKey, refetchType: 'none' })
    await mutate(a(2))
    expect(cached()).toEqual([a(2)])
    expect(state()?.isInvalidated).toBe(true)
    queryClient.removeQueries({ queryKey: query.queryKey })
    await mutate(a(3))
    expect(cached()).toBeUndefined()
  })

  test('goes on top of what the application wrote', async () => {
    const { mutate, requests, cached, queryClient, query } = await mutating()
    await mutate(a(2))
    requests[0]!.reject()
    await frame()
    queryClient.setQueryData<Item[]>(query.queryKey, [a(1), b(9)])
    await mutate(a(3))
    expect(cached()).toEqual([a(3), b(9)])
    requests[1]!.reject()
    await frame()
    expect(cached()).toEqual([a(1), b(9)])
  })

  test('of an event that only invalidates shows nothing, and is no reason to fetch', async () => {
    const { mutate, cached, api } = await mutating({ on: { put: 'invalidate' } })
    await mutate(a(2))
    await frame(1_000)
    expect(cached()).toEqual([a(1)])
    expect(api.calls).toBe(1)
  })

  test('shows in the queries of its own room only', async () => {
    const { client, queryClient, cached } = await mutating()
    const { result } = renderHook(() => useRoomMutation(client.room('todo:2'), {
      mutationFn: async (item: Item) => item, predict: (item) => ({ event: 'put', data: item }),
    }), { wrapper: ({ children }) => <QueryClientProvider client={queryClient}>{children}</QueryClientProvider> })
    act(() => result.current.mutate(a(2)))
    await frame()
    expect(cached()).toEqual([a(1)])
  })

  test('gives way to an event with its id that changes nothing', async () => {
    const { mutate, requests, cached, room } = await mutating()
    await mutate(a(2))
    room.send('refused', {}, requests[0]!.id)
    await frame()
    expect(cached()).toEqual([a(1)])
  })

  test('stays while its event waits behind a gap', async () => {
    const { mutate, requests, room, put, seen, stop, observe } = await mutating()
    room.onAny(() => {})
    stop()
    put(a(2))
    observe()
    // The room is asked to be joined again; the answer takes its time.
    const join = vi.spyOn(room, 'join').mockImplementation(() => {})
    await mutate(a(3))
    put(a(3), requests[0]!.id)
    await frame(50)
    join.mockRestore()
    room.join()
    await frame(50)
    expect(seen.filter(Boolean).map((list) => list![0]!.n)).toEqual([1, 3])
  })

  test('keeps its room until it is settled, although nobody looks any more', async () => {
    const { mutate, requests, room, put, stop, observe, cached, api } = await mutating()
    await mutate(a(2))
    stop()
    await frame()
    expect(room.holders).toBe(1)
    put(a(2), requests[0]!.id)
    await frame()
    expect(room.holders).toBe(0)
    observe()
    await frame(50)
    expect(cached()).toEqual([a(2)])
    expect(api.calls).toBe(1)
  })

  test('that nobody looks at and no event settles does not keep its room for ever', async () => {
    const { mutate, requests, room, stop } = await mutating()
    await mutate(a(2))
    stop()
    requests[0]!.resolve()
    await frame(4_000)
    expect(room.holders).toBe(1)
    await frame(2_000)
    expect(room.holders).toBe(0)
  })

  test('stays through another mutation while what its event changed is fetched again', async () => {
    const { mutate, requests, room, put, api, seen } = await mutating({ data: [a(1), b(1)] })
    await mutate(a(2))
    api.instant = false
    room.send('touched', {})
    await frame()
    put(a(2), requests[0]!.id)
    await frame()
    await mutate(b(2))
    api.answer()
    await frame()
    expect(seen.filter(Boolean).map((list) => list!.map(({ n }) => n).join())).toEqual(['1,1', '2,1', '2,2'])
  })

  test('without any event gives way to a fetch after five seconds, and not before its answer', async () => {
    const { mutate, requests, cached, api } = await mutating()
    await mutate(a(2))
    requests[0]!.resolve()
    await frame(4_900)
    expect(api.calls).toBe(1)
    api.instant = false
    await frame(500)
    expect(api.calls).toBe(2)
    expect(cached()).toEqual([a(2)])
    api.answer()
    await frame()
    expect(cached()).toEqual([a(1)])
  })

  test('waits for its event as long as the room may bring it', async () => {
    const { mutate, requests, cached, room, put, api, seen } = await mutating()
    await mutate(a(2))
    room.cut()
    put(a(2), requests[0]!.id)
    requests[0]!.resolve()
    await frame(30_000)
    expect(cached()).toEqual([a(2)])
    room.back()
    await frame(10_000)
    expect(seen.filter(Boolean)).toEqual([[a(1)], [a(2)]])
    expect(api.calls).toBe(1)
  })

  test('does not wait for a room that is lost', async () => {
    const { mutate, requests, cached, room, api } = await mutating()
    await mutate(a(2))
    room.lose()
    api.data = [a(3)]
    requests[0]!.resolve()
    await frame(6_000)
    expect(cached()).toEqual([a(3)])
    expect(api.calls).toBe(2)
  })
})

describe('a call of mutate', () => {
  test('has one id for all its retries, and sends it with the connection', async () => {
    const { mutate, requests, cached } = await mutating({ retries: 2 })
    await mutate(a(2))
    requests[0]!.reject()
    await frame(50)
    requests[1]!.reject()
    await frame(50)
    expect(requests).toHaveLength(3)
    expect(new Set(requests.map(({ id }) => id)).size).toBe(1)
    expect(requests[2]!.headers).toEqual({ 'Rooms-Event-Id': requests[0]!.id, 'Rooms-Connection': 'c0ffee' })
    expect(requests[0]!.id).toMatch(/^[A-Za-z0-9_.:-]{1,64}$/)
    expect(cached()).toEqual([a(2)])
  })

  test('has an id of its own', async () => {
    const { mutate, requests } = await mutating()
    await mutate(a(2))
    await mutate(a(3))
    expect(requests[0]!.id).not.toBe(requests[1]!.id)
  })

  test('may have the same item in flight twice; failures in any order leave the truth', async () => {
    const { mutate, requests, cached, put } = await mutating()
    await mutate(a(2))
    await mutate(a(3))
    expect(cached()).toEqual([a(3)])
    requests[1]!.reject()
    await frame()
    expect(cached()).toEqual([a(2)])
    put(a(2), requests[0]!.id)
    requests[0]!.resolve()
    await frame()
    expect(cached()).toEqual([a(2)])
  })

  test('still calls the callbacks of its options', async () => {
    const staged = stage()
    const called: unknown[] = []
    const { result } = renderHook(() => useRoomMutation(staged.client.room('todo:1'), {
      mutationFn: async (item: Item) => item.n,
      onMutate: (item) => void called.push(['mutate', item.n]),
      onSuccess: (n) => void called.push(['success', n]),
      onSettled: (n, error) => void called.push(['settled', n, error]),
    }), { wrapper: ({ children }) => <QueryClientProvider client={staged.queryClient}>{children}</QueryClientProvider> })
    act(() => result.current.mutate(a(4)))
    await frame()
    expect(called).toEqual([['mutate', 4], ['success', 4], ['settled', 4, null]])
    expect(result.current.data).toBe(4)
  })

  test('fails as `predict` does, and says so', async () => {
    const staged = stage()
    const called: unknown[] = []
    const { result } = renderHook(() => useRoomMutation(staged.client.room('todo:1'), {
      mutationFn: async (item: Item) => item.n,
      predict: (item) => { throw new Error(`what becomes of ${item.id}?`) },
      onSettled: (n, error) => void called.push([n, error?.message]),
    }), { wrapper: ({ children }) => <QueryClientProvider client={staged.queryClient}>{children}</QueryClientProvider> })
    act(() => result.current.mutate(a(4)))
    await frame()
    expect([result.current.error?.message, called]).toEqual(['what becomes of a?', [[undefined, 'what becomes of a?']]])
  })
})
