// @vitest-environment happy-dom
import { focusManager, onlineManager } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { frame, stage, type Item } from './stage.js'

const a = (n: number): Item => ({ id: 'a', n })
const b = (n: number): Item => ({ id: 'b', n })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  focusManager.setFocused(undefined)
  onlineManager.setOnline(true)
})

describe('while the room recovers', () => {
  test('what was missed is replayed and nothing is fetched', async () => {
    const { api, room, observe, cached, put } = stage({ data: [a(1)] })
    observe()
    await frame()
    room.cut()
    put(a(2))
    put(b(1))
    await frame(3_000)
    expect(cached()).toEqual([a(1)])
    room.back()
    await frame()
    expect(cached()).toEqual([a(2), b(1)])
    expect(api.calls).toBe(1)
  })

  test('trap 33: coming online fetches nothing before the room had its chance', async () => {
    const { api, room, queryClient, observe, cached, put } = stage({ data: [a(1)] })
    queryClient.mount()
    observe()
    await frame()
    onlineManager.setOnline(false)
    room.cut()
    put(a(2))
    onlineManager.setOnline(true)
    await frame()
    room.back()
    await frame(3_000)
    expect(cached()).toEqual([a(2)])
    expect(api.calls).toBe(1)
    queryClient.unmount()
  })

  test('trap 33: coming online fetches nothing even when the room was lost, if it then recovers', async () => {
    const { api, room, queryClient, observe, cached, put } = stage({ data: [a(1)] })
    queryClient.mount()
    observe()
    await frame()
    onlineManager.setOnline(false)
    room.lose()
    put(a(2))
    onlineManager.setOnline(true)
    await frame()
    room.back()
    await frame(3_000)
    expect(cached()).toEqual([a(2)])
    expect(api.calls).toBe(1)
    queryClient.unmount()
  })

  test('focus fetches nothing; once the room is lost, it does', async () => {
    const { api, room, queryClient, observe } = stage({ data: [a(1)] })
    queryClient.mount()
    observe()
    await frame()
    const focus = async (): Promise<void> => {
      focusManager.setFocused(false)
      focusManager.setFocused(true)
      await frame()
    }
    room.cut()
    await focus()
    expect(api.calls).toBe(1)
    room.lose()
    await focus()
    expect(api.calls).toBe(2)
    room.back()
    await frame()
    await focus()
    expect(api.calls).toBe(2)
    queryClient.unmount()
  })

  test('once the room is lost the query\'s own stale time counts', async () => {
    const { api, room, queryClient, observe } = stage({ data: [a(1)], staleTime: 60_000 })
    queryClient.mount()
    observe()
    await frame()
    room.lose()
    focusManager.setFocused(false)
    focusManager.setFocused(true)
    await frame()
    expect(api.calls).toBe(1)
    await frame(60_000)
    focusManager.setFocused(false)
    focusManager.setFocused(true)
    await frame()
    expect(api.calls).toBe(2)
    queryClient.unmount()
  })

  test('a component that comes back catches up through the room and fetches nothing', async () => {
    const { api, room, observe, cached, put } = stage({ data: [a(1)] })
    const stop = observe()
    await frame()
    stop()
    put(a(2))
    await frame(10_000)
    observe()
    await frame(100)
    expect(cached()).toEqual([a(2)])
    expect(room.rejoins).toEqual(['E1:0:-'])
    expect(api.calls).toBe(1)
  })

  test('a component that comes back to a room another one held catches up through the room', async () => {
    const { api, room, observe, cached, put } = stage({ data: [a(1)] })
    room.onAny(() => {})
    const stop = observe()
    await frame()
    stop()
    put(a(2))
    await frame(1_000)
    observe()
    await frame(100)
    put(b(1))
    await frame()
    expect(cached()).toEqual([a(2), b(1)])
    expect(api.calls).toBe(1)
  })

  test('data that nobody observes follows no room, and is fetched when asked for', async () => {
    const { api, room, queryClient, query, observe, put } = stage({ data: [a(1)] })
    room.onAny(() => {})
    const stop = observe()
    await frame()
    stop()
    put(a(2))
    await frame(100)
    await expect(queryClient.fetchQuery(query as never)).resolves.toEqual([a(2)])
    expect(api.calls).toBe(2)
  })

  test('a connection that drops before the room was joined again asks once more', async () => {
    const { api, room, observe, cached, put } = stage({ data: [a(1)] })
    room.onAny(() => {})
    const stop = observe()
    await frame()
    stop()
    put(a(2))
    observe()
    const join = vi.spyOn(room, 'join').mockImplementation(() => {})
    await frame()
    join.mockRestore()
    expect(room.rejoins).toHaveLength(1)
    room.cut()
    room.back()
    await frame(50)
    expect(cached()).toEqual([a(2)])
    expect(api.calls).toBe(1)
  })

  test('a connection that drops in the middle of the replay asks for the rest', async () => {
    const { api, room, observe, cached, put } = stage({ data: [a(1)] })
    room.onAny(() => {})
    const stop = observe()
    await frame()
    stop()
    put(a(2))
    put(b(1))
    observe()
    room.slice = 1
    await frame()
    room.cut()
    room.slice = Infinity
    room.back()
    await frame(50)
    expect(room.rejoins).toEqual(['E1:0:-', 'E1:1:tag00001'])
    expect(cached()).toEqual([a(2), b(1)])
    expect(api.calls).toBe(1)
  })
})

describe('when continuity breaks', () => {
  // The middle of the jitter: one second.
  beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0.5))
  afterEach(() => void vi.restoreAllMocks())

  test('a reset cancels the running fetch and fetches once, within two seconds', async () => {
    const { api, room, queryClient, observe, cached, state } = stage({ data: [a(1)] })
    observe()
    await frame()
    api.instant = false
    void queryClient.refetchQueries()
    await frame()
    api.data = [a(5)]
    api.read()
    api.data = [a(9)]
    room.reset()
    expect(state()).toMatchObject({ isInvalidated: true, fetchStatus: 'idle' })
    api.answer()
    api.instant = true
    await frame()
    expect(cached()).toEqual([a(1)])
    await frame(2_500)
    expect(cached()).toEqual([a(9)])
    expect(api.calls).toBe(3)
  })

  test('many clients do not ask at the same time', async () => {
    vi.restoreAllMocks()
    const waits = new Set<number>()
    for (let n = 0; n < 20; n++) {
      const { api, room, observe } = stage({ data: [a(1)] })
      observe()
      await frame()
      room.reset()
      const start = Date.now()
      while (api.calls < 2) await frame(20)
      waits.add(Date.now() - start)
      expect(Date.now() - start).toBeLessThanOrEqual(2_050)
    }
    expect(waits.size).toBeGreaterThan(10)
  })

  test('nothing is patched onto data from before the reset', async () => {
    const { api, room, observe, cached, put } = stage({ data: [a(1)] })
    observe()
    await frame()
    room.reset()
    put(b(1))
    await frame()
    expect(cached()).toEqual([a(1)])
    await frame(2_000)
    expect(cached()).toEqual([a(1), b(1)])
    put(b(2))
    await frame()
    expect(cached()).toEqual([a(1), b(2)])
    expect(api.calls).toBe(2)
  })

  test('focus does not break the jitter', async () => {
    const { api, room, queryClient, observe } = stage({ data: [a(1)] })
    queryClient.mount()
    observe()
    await frame()
    room.reset()
    focusManager.setFocused(false)
    focusManager.setFocused(true)
    await frame(500)
    expect(api.calls).toBe(1)
    await frame(2_000)
    expect(api.calls).toBe(2)
    queryClient.unmount()
  })

  test('two resets at once are one refetch', async () => {
    const { api, room, observe } = stage({ data: [a(1)] })
    observe()
    await frame()
    room.reset()
    room.reset()
    await frame(5_000)
    expect(api.calls).toBe(2)
  })

  test('a query that failed is fetched again when the room is joined', async () => {
    const { api, room, observe, cached } = stage({ data: [a(1)] })
    api.failing = true
    room.cut()
    observe()
    await frame(30_000)
    expect(api.calls).toBe(1)
    api.failing = false
    room.back()
    await frame()
    expect(cached()).toEqual([a(1)])
    expect(api.calls).toBe(2)
  })

  test('a join that did not recover fetches once', async () => {
    const { api, room, observe, cached } = stage({ data: [a(1)] })
    observe()
    await frame()
    room.cut()
    api.data = [a(5)]
    room.send('put', a(5))
    room.back(false)
    await frame(5_000)
    expect(cached()).toEqual([a(5)])
    expect(api.calls).toBe(2)
  })

  test('a first fetch that a reset overtakes is not cancelled, and fetched again only if its answer is old', async () => {
    const { api, room, observe, cached } = stage({ data: [a(1)] })
    api.instant = false
    observe()
    await frame()
    api.read()
    api.data = [a(2)]
    room.reset()
    api.answer()
    await frame()
    expect(cached()).toEqual([a(1)])
    api.instant = true
    await frame(2_500)
    expect(cached()).toEqual([a(2)])
    expect(api.calls).toBe(2)
  })

  test('what the new life of a room says is not put on data of the old one', async () => {
    const { api, room, observe, cached, put } = stage({ data: [a(1)] })
    api.instant = false
    observe()
    await frame()
    api.read()
    api.data = [a(2)]
    room.reset()
    put(b(1))
    await frame()
    api.answer()
    await frame()
    expect(cached()).toEqual([a(1)])
    api.instant = true
    await frame(2_500)
    expect(cached()).toEqual([a(2), b(1)])
  })

  test('a server whose stamps never fit the stream does not make the query fetch for ever', async () => {
    const { api, room, observe, cached, put } = stage({ data: [a(1)] })
    Object.defineProperty(room, 'stamp', { get: () => 'todo:1=OTHER:3:abcdefgh' })
    observe()
    await frame(10_000)
    expect(api.calls).toBeLessThanOrEqual(2)
    put(a(2))
    await frame(10_000)
    expect(cached()).toEqual([a(2)])
    expect(api.calls).toBeLessThanOrEqual(2)
  })
})
