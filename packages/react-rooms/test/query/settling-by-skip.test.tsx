// @vitest-environment happy-dom
import { cleanup } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { frame, mutating } from './mutating.js'
import type { Item } from './stage.js'

const a = (n: number): Item => ({ id: 'a', n })
const b = (n: number): Item => ({ id: 'b', n })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

describe('an event that is not sent back to this connection', () => {
  test('settles the prediction with its id: result, then skip', async () => {
    const { mutate, requests, cached, room, put, api } = await mutating()
    await mutate(b(1))
    requests[0]!.resolve()
    await frame()
    api.data = [a(1), b(1)]
    room.skip(requests[0]!.id)
    await frame(10_000)
    expect(cached()).toEqual([a(1), b(1)])
    put(b(2))
    await frame()
    expect(cached()).toEqual([a(1), b(2)])
    expect(api.calls).toBe(1)
  })

  test('settles the prediction with its id: skip, then result', async () => {
    const { mutate, requests, cached, room, put, api, seen } = await mutating()
    await mutate(b(1))
    api.data = [a(1), b(1)]
    room.skip(requests[0]!.id)
    await frame()
    requests[0]!.resolve()
    await frame(10_000)
    put(b(2))
    await frame()
    expect(seen.filter(Boolean)).toEqual([[a(1)], [a(1), b(1)], [a(1), b(2)]])
    expect(cached()).toEqual([a(1), b(2)])
    expect(api.calls).toBe(1)
  })

  test('settles each of several mutations under way, in the order the server took them', async () => {
    const { mutate, requests, cached, room, put, api } = await mutating()
    await mutate(b(1))
    await mutate(b(2))
    room.skip(requests[1]!.id)
    room.skip(requests[0]!.id)
    await frame()
    requests[0]!.resolve()
    requests[1]!.resolve()
    await frame(10_000)
    expect(cached()).toEqual([a(1), b(1)])
    put(b(3))
    await frame()
    expect(cached()).toEqual([a(1), b(3)])
    expect(api.calls).toBe(1)
  })

  test('stays when the answer is lost after the skip came', async () => {
    const { mutate, requests, cached, room, api, seen } = await mutating()
    await mutate(b(1))
    room.skip(requests[0]!.id)
    await frame()
    requests[0]!.reject()
    await frame(400)
    expect(cached()).toEqual([a(1), b(1)])
    expect(seen.filter(Boolean)).toHaveLength(2)
    expect(api.calls).toBe(1)
  })

  test('is not lost by a fetch that was read before it', async () => {
    const { mutate, requests, cached, room, api, queryClient } = await mutating()
    api.instant = false
    void queryClient.refetchQueries()
    await frame()
    api.read()
    await mutate(b(1))
    api.data = [a(1), b(1)]
    room.skip(requests[0]!.id)
    requests[0]!.resolve()
    await frame()
    api.answer()
    await frame(10_000)
    expect(cached()).toEqual([a(1), b(1)])
    expect(api.calls).toBe(2)
  })
})

describe('a skip that stands for nothing known', () => {
  test('because its mutation was given up is made good by a fetch', async () => {
    const { mutate, requests, cached, room, api } = await mutating()
    await mutate(b(1))
    api.data = [a(1), b(1)]
    requests[0]!.reject()
    await frame()
    expect(cached()).toEqual([a(1)])
    room.skip(requests[0]!.id)
    await frame()
    expect(cached()).toEqual([a(1), b(1)])
    expect(api.calls).toBe(2)
  })

  test('because nobody predicted its mutation is made good by a fetch', async () => {
    const { cached, room, api } = await mutating()
    api.data = [a(4)]
    room.skip('somebody')
    await frame(400)
    expect(cached()).toEqual([a(4)])
    expect(api.calls).toBe(2)
  })

  test('because the server does not name it is made good by a fetch', async () => {
    const { mutate, requests, cached, room, api } = await mutating()
    await mutate(b(1))
    api.data = [a(1), b(1)]
    room.skip()
    requests[0]!.resolve()
    await frame(10_000)
    expect(cached()).toEqual([a(1), b(1)])
    expect(api.calls).toBe(3)
  })
})
