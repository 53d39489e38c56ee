// @vitest-environment happy-dom
import { QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { attachQueryClient, roomQuery } from '../../src/query/index.js'
import { fakeClient } from './fake-room.js'
import { frame, stage, type Item } from './stage.js'

const a = (n: number): Item => ({ id: 'a', n })
const b = (n: number): Item => ({ id: 'b', n })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('binding', () => {
  test('a plain observer of a room query holds the room, and lets go of it', async () => {
    const { room, observe } = stage()
    const stop = observe()
    await frame()
    expect(room.holders).toBe(1)
    stop()
    expect(room.holders).toBe(0)
  })

  test('a query that is observed before the client is attached is bound when it is', async () => {
    const { room, client, queryClient, detach, observe } = stage()
    detach()
    observe()
    await frame()
    expect(room.holders).toBe(0)
    attachQueryClient(client, queryClient)
    expect(room.holders).toBe(1)
  })

  test('attaching the same two again changes nothing; another client takes over, and data is fetched once', async () => {
    const { client, room, api, queryClient, detach, observe, cached } = stage({ data: [a(1)] })
    observe()
    await frame()
    expect(attachQueryClient(client, queryClient)).toBe(detach)
    expect(room.holders).toBe(1)
    const other = fakeClient()
    attachQueryClient(other, queryClient)
    detach()
    expect(room.holders).toBe(0)
    await frame(400)
    other.fake('todo:1').send('put', a(2))
    await frame()
    expect(cached()).toEqual([a(2)])
    expect(api.calls).toBe(2)
  })

  test('what a detached feed had still to do, as under StrictMode, leaves the next attachment alone', async () => {
    const { client, api, queryClient, detach, observe, cached, put } = stage({ data: [a(1)] })
    observe()
    detach()
    attachQueryClient(client, queryClient)
    await frame(5_000)
    const calls = api.calls
    put(a(2))
    await frame(5_000)
    expect(cached()).toEqual([a(2)])
    // Once, and once more because nobody noted where the first answer stood.
    expect([calls, api.calls]).toEqual([2, 2])
  })

  test('detaching lets go of every room, for good', async () => {
    const { room, detach, observe } = stage()
    observe()
    await frame()
    room.reset()
    room.send('put', a(1))
    detach()
    expect(room.holders).toBe(0)
    await frame(5_000)
    expect(room.holders).toBe(0)
  })

  test('a change by somebody else reaches the cache with no refetch', async () => {
    const { api, observe, cached, put } = stage({ data: [a(1)] })
    observe()
    await frame()
    put(a(2))
    await frame()
    expect(cached()).toEqual([a(2)])
    expect(api.calls).toBe(1)
  })

  test('what a reducer does not know of leaves the data alone', async () => {
    const { room, api, queryClient, observe, seen } = stage({ data: [a(1)] })
    observe()
    await frame()
    let writes = 0
    queryClient.getQueryCache().subscribe(({ type }) => { if (type === 'updated') writes++ })
    room.send('other', {})
    await frame(1_000)
    expect(writes).toBe(0)
    expect(seen.filter(Boolean)).toEqual([[a(1)]])
    expect(api.calls).toBe(1)
  })
})

describe('a fetch and the stream have no gap', () => {
  test('trap 29: a push during the first fetch, newer than the response, is applied on top of it', async () => {
    const { api, observe, cached, put } = stage({ data: [a(1)] })
    api.instant = false
    observe()
    await frame()
    api.read()
    put(b(1))
    await frame()
    api.answer()
    await frame()
    expect(cached()).toEqual([a(1), b(1)])
    expect(api.calls).toBe(1)
  })

  test('trap 30: a late response does not overwrite a newer push', async () => {
    const { api, queryClient, observe, cached, seen, put } = stage({ data: [a(1)] })
    observe()
    await frame()
    api.instant = false
    void queryClient.refetchQueries()
    await frame()
    api.read()
    put(a(2))
    await frame()
    expect(cached()).toEqual([a(2)])
    api.answer()
    await frame()
    expect(cached()).toEqual([a(2)])
    expect(seen.filter(Boolean).map((list) => list![0]!.n)).toEqual([1, 2])
    expect(api.calls).toBe(2)
  })

  test('an event the response already holds is not applied again', async () => {
    const { api, room, observe, cached, put } = stage({ data: [], on: { put: (list, item) => [...list, item as Item] } })
    api.instant = false
    room.instant = false
    observe()
    await frame()
    put(a(1))
    api.answer()
    await frame()
    room.deliver()
    await frame()
    expect(cached()).toEqual([a(1)])
    expect(api.calls).toBe(1)
  })

  test('an event between the response and the join is fetched by joining again from the response', async () => {
    const { api, room, observe, cached, put } = stage({ data: [a(1)] })
    room.eager = false
    api.instant = false
    observe()
    await frame()
    api.read()
    put(a(2))
    room.join()
    api.answer()
    await frame(50)
    expect(room.rejoins).toEqual(['E1:0:-'])
    expect(cached()).toEqual([a(2)])
    expect(api.calls).toBe(1)
  })

  test('a response that is there before the join gives it the position', async () => {
    const { api, room, observe, cached, put } = stage({ data: [a(1)] })
    room.eager = false
    observe()
    await frame()
    put(a(2))
    room.join()
    await frame()
    expect(room.rejoins).toEqual(['E1:0:-'])
    expect(cached()).toEqual([a(2)])
    expect(api.calls).toBe(1)
  })

  test('a response without a position is completed by what the room says from the start of the fetch', async () => {
    const { api, room, queryClient, observe, cached, put } = stage({ data: [a(1)] })
    api.stamped = false
    observe()
    await frame(400)
    api.instant = false
    void queryClient.refetchQueries()
    await frame()
    api.read()
    put(a(2))
    api.answer()
    await frame(400)
    expect(cached()).toEqual([a(2)])
    expect(room.rejoins).toEqual([])
    expect(api.calls).toBe(3)
  })

  test('data without a position that came before the join is fetched once after it', async () => {
    const { api, room, observe } = stage({ data: [a(1)] })
    api.stamped = false
    room.eager = false
    observe()
    await frame(1_000)
    expect(api.calls).toBe(1)
    room.join()
    await frame(5_000)
    expect(api.calls).toBe(2)
  })

  test('data that was there before the component is fetched once, after the join', async () => {
    const { api, room, observe, cached } = stage({ data: [a(2)], initial: [a(1)] })
    room.eager = false
    observe()
    await frame(1_000)
    expect(api.calls).toBe(0)
    room.join()
    await frame(5_000)
    expect(api.calls).toBe(1)
    expect(cached()).toEqual([a(2)])
  })

  test('a response that some cache kept for long is completed by joining again', async () => {
    const { api, room, queryClient, observe, cached, put } = stage({ data: [a(1)] })
    observe()
    await frame()
    const old = await api.get()
    put(a(2))
    await frame()
    vi.spyOn(api, 'get').mockResolvedValue(old)
    void queryClient.refetchQueries()
    await frame(50)
    expect(room.rejoins).toEqual(['E1:0:-'])
    expect(cached()).toEqual([a(2)])
  })

  test('an event over a gap waits for what is missing', async () => {
    const { room, api, observe, cached, put } = stage({ data: [a(1)] })
    room.onAny(() => {})
    const stop = observe()
    await frame()
    stop()
    put(a(2))
    observe()
    put(b(1))
    await frame(50)
    expect(cached()).toEqual([a(2), b(1)])
    expect(api.calls).toBe(1)
  })

  test('a replay that comes in parts is asked for once', async () => {
    const { room, observe, cached, put } = stage({ data: [a(1)] })
    room.onAny(() => {})
    const stop = observe()
    await frame()
    stop()
    put(a(2))
    put(a(3))
    put(b(1))
    room.slice = 1
    observe()
    await frame(50)
    expect(cached()).toEqual([a(2)])
    room.deliver()
    await frame(50)
    expect(cached()).toEqual([a(3), b(1)])
    expect(room.rejoins).toHaveLength(1)
  })

  test('it is joined again as often as a response is old', async () => {
    const { room, api, queryClient, observe, cached, put } = stage({ data: [a(1)] })
    observe()
    await frame()
    const old = await api.get()
    vi.spyOn(api, 'get').mockResolvedValue(old)
    for (const n of [2, 3]) {
      put(a(n))
      await frame()
      void queryClient.refetchQueries()
      await frame(50)
      expect(cached()).toEqual([a(n)])
    }
    expect(room.rejoins).toHaveLength(2)
  })

  test('data made of two responses is as old as the older', async () => {
    const { room, client, queryClient, api } = stage()
    const query = roomQuery({
      room: 'todo:1', queryKey: ['both'],
      queryFn: async ({ seen }): Promise<Item[]> => {
        const old = seen(await api.get())
        room.send('put', a(1))
        seen(await api.get())
        return old.json()
      },
      on: { put: 'upsert' },
    })
    client.room('todo:1').onAny(() => {})
    new QueryObserver<Item[]>(queryClient, query as never).subscribe(() => {})
    await frame(50)
    expect(queryClient.getQueryData(['both'])).toEqual([a(1)])
  })

  test('a position of another room says nothing', async () => {
    const { room, api, observe, cached, put } = stage({ data: [a(1)] })
    Object.defineProperty(room, 'stamp', { get: () => 'todo:2=E1:9:abcdefgh' })
    observe()
    await frame(400)
    put(a(2))
    await frame()
    expect(cached()).toEqual([a(2)])
    expect(api.calls).toBe(2)
  })

  test('the result of a fetch that was cancelled is no place to stand on', async () => {
    const { room, api, queryClient, observe, cached, put } = stage({ data: [a(1)] })
    observe()
    await frame()
    api.instant = false
    void queryClient.refetchQueries()
    await frame()
    api.read()
    put(a(2))
    await frame()
    await queryClient.cancelQueries()
    api.answer()
    await frame()
    put(b(1))
    await frame(50)
    expect(cached()).toEqual([a(2), b(1)])
    expect(room.rejoins).toEqual([])
  })

  test('a request that never ends, and was cancelled, holds up nothing', async () => {
    const { room, api, queryClient, observe, cached } = stage({ data: [a(1)] })
    observe()
    await frame()
    api.instant = false
    void queryClient.refetchQueries()
    await frame()
    await queryClient.cancelQueries()
    api.instant = true
    api.data = [a(2)]
    room.send('touched', {})
    await frame()
    expect(cached()).toEqual([a(2)])
    expect(api.calls).toBe(3)
  })

  test('an event while invalidated data is being fetched starts no second fetch', async () => {
    const { api, queryClient, observe, cached, put } = stage({ data: [a(1)] })
    observe()
    await frame()
    api.instant = false
    void queryClient.invalidateQueries()
    await frame()
    api.read()
    put(a(2))
    await frame()
    api.answer()
    await frame(1_000)
    expect(cached()).toEqual([a(2)])
    expect(api.calls).toBe(2)
  })
})

describe('the options', () => {
  test('keep the application\'s meta and can be cloned, although reducers are functions', () => {
    const { meta } = roomQuery({ room: 'todo:1', queryKey: ['x'], queryFn: () => [], on: { put: () => [] }, meta: { mine: 1 } })
    expect(structuredClone(meta)).toEqual({ mine: 1 })
  })

  test('leave the signal unread, so that an unused one does not cancel', async () => {
    const { queryClient } = stage()
    let done = (): void => {}
    const query = roomQuery({ room: 'todo:1', queryKey: ['slow'], queryFn: () => new Promise<number>((resolve) => { done = () => resolve(1) }), on: {} })
    new QueryObserver<number>(queryClient, query as never).subscribe(() => {})()
    done()
    await frame()
    expect(queryClient.getQueryData(['slow'])).toBe(1)
  })
})
