// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { feedOf } from '../../src/query/attach-query-client.js'
import { chatStage, message, type Message } from './chat-stage.js'
import { frame } from './stage.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A chat of four messages with both its pages loaded. */
async function twoPages(options: Parameters<typeof chatStage>[1] = {}) {
  const staged = chatStage(4, options)
  const stop = staged.observe()
  await frame()
  void staged.observer.fetchNextPage()
  await frame()
  expect(staged.shown()).toBe('m3:new m4:new | m1:new m2:new')
  staged.seen.length = 0
  return { ...staged, stop }
}

describe('an event', () => {
  test('with something new goes to the end of the newest page, and leaves the other pages the very same', async () => {
    const { api, cached, shown, put } = await twoPages()
    const before = cached()!.pages
    put(message(5))
    await frame()
    expect(shown()).toBe('m3:new m4:new m5:new | m1:new m2:new')
    expect(cached()!.pages[1]).toBe(before[1])
    expect(cached()!.pageParams).toEqual(['', 'm3'])
    expect(api.calls).toBe(2)
  })

  test('with a change finds its item on whichever page it is', async () => {
    const { api, shown, put, remove } = await twoPages()
    put(message(1, 'edited'))
    put(message(4, 'edited'))
    remove(2)
    await frame()
    expect(shown()).toBe('m3:new m4:edited | m1:edited')
    expect(api.calls).toBe(2)
  })

  test('with a change to what is on no page that is loaded adds nothing', async () => {
    const { shown, put, observe } = chatStage(4)
    observe()
    await frame()
    put(message(1, 'edited'))
    await frame()
    expect(shown()).toBe('m3:new m4:new')
  })

  test('that invalidates fetches every page again', async () => {
    const { api, room, shown } = await twoPages()
    api.data = api.data.map(({ id }) => ({ id, text: 'other' }))
    room.send('cleared', {})
    await frame()
    expect(shown()).toBe('m3:other m4:other | m1:other m2:other')
    expect(api.calls).toBe(4)
  })

  test('may be put on all pages by a function', async () => {
    const { shown, room } = await twoPages({ on: { renamed: (data, text) => ({ ...data, pages: data.pages.map((page) => page.map(({ id }) => ({ id, text }))) }) } })
    room.send('renamed', 'x')
    await frame()
    expect(shown()).toBe('m3:x m4:x | m1:x m2:x')
  })

  test('on pages of a shape nobody knows is made good by a fetch', async () => {
    const { api, queryClient, query, room, shown } = await twoPages()
    const { pageParams } = queryClient.getQueryData(query.queryKey)!
    queryClient.setQueryData(query.queryKey, { pageParams, pages: [[{ text: 'no id' } as Message], []] })
    room.send('message', message(5))
    await frame()
    expect(shown()).toBe('m3:new m4:new | m1:new m2:new')
    expect(api.calls).toBe(4)
  })

  test('among five hundred in a frame is one of one write', async () => {
    const { queryClient, cached, put } = await twoPages()
    let writes = 0
    queryClient.getQueryCache().subscribe((event) => { if (event.type === 'updated' && event.action.type === 'success') writes++ })
    for (let n = 5; n < 505; n++) put(message(n))
    await frame()
    expect(cached()!.pages.map((page) => page.length)).toEqual([502, 2])
    expect(writes).toBe(1)
  })
})

describe('where the newest is', () => {
  test('an item may be put first in its page', async () => {
    const { shown, put } = await twoPages({ order: 'feed' })
    put(message(5))
    await frame()
    expect(shown()).toBe('m5:new m3:new m4:new | m1:new m2:new')
  })

  test('may be the last page: what is new is added once it is loaded, and comes with it before', async () => {
    const { shown, put, observe, observer } = chatStage(3, { order: 'log', upward: true })
    observe()
    await frame()
    put(message(4))
    await frame()
    expect(shown()).toBe('m1:new m2:new')
    void observer.fetchNextPage()
    await frame()
    void observer.fetchNextPage()
    await frame()
    expect(shown()).toBe('m1:new m2:new | m3:new m4:new | ')
    put(message(5))
    await frame()
    expect(shown()).toBe('m1:new m2:new | m3:new m4:new | m5:new')
  })

  test('is not on the first page while there are newer ones before it', async () => {
    const { shown, put } = await twoPages({ getPreviousPageParam: () => 'newer' } as never)
    put(message(5))
    put(message(4, 'edited'))
    await frame()
    expect(shown()).toBe('m3:new m4:edited | m1:new m2:new')
  })
})

describe('a page and the stream have no gap', () => {
  test('a page read before an event does not bring back what the event changed', async () => {
    const { api, observer, observe, shown, seen, put } = chatStage(4)
    observe()
    await frame()
    api.instant = false
    void observer.fetchNextPage()
    await frame()
    api.read()
    put(message(2, 'edited'))
    await frame()
    api.answer()
    await frame()
    expect(shown()).toBe('m3:new m4:new | m1:new m2:edited')
    expect(seen).not.toContain('m3:new m4:new | m1:new m2:new')
    expect(api.calls).toBe(2)
  })

  test('a page newer than the stream is left alone by the events it holds, while older pages take them', async () => {
    const { api, room, observer, observe, shown, put } = chatStage(4, {
      on: { edited: (data, item) => ({ ...data, pages: data.pages.map((page) => page.map((held) => (held.id === (item as { id: string }).id ? { ...held, text: `${held.text}+` } : held))) }) },
    })
    observe()
    await frame()
    room.instant = false
    put(message(2, 'new+'))
    put(message(4, 'new+'))
    void observer.fetchNextPage()
    await frame()
    expect(shown()).toBe('m3:new m4:new | m1:new m2:new+')
    room.deliver()
    await frame()
    expect(shown()).toBe('m3:new m4:new+ | m1:new m2:new+')
    put(message(2, 'new++'))
    room.deliver()
    await frame()
    expect(shown()).toBe('m3:new m4:new+ | m1:new m2:new++')
    expect(api.calls).toBe(2)
  })

  test('what happens to the pages held while another is fetched shows at once, and stays', async () => {
    const { api, observer, observe, shown, seen, put } = chatStage(4)
    observe()
    await frame()
    api.instant = false
    void observer.fetchNextPage()
    await frame()
    put(message(4, 'edited'))
    await frame()
    expect(shown()).toBe('m3:new m4:edited')
    api.answer()
    await frame()
    expect(shown()).toBe('m3:new m4:edited | m1:new m2:new')
    expect(seen.slice(seen.indexOf('m3:new m4:edited')).every((pages) => pages.includes('m4:edited'))).toBe(true)
    expect(api.calls).toBe(2)
  })

  test('a page that some cache kept for long is completed by joining again; the others take nothing twice', async () => {
    const { api, room, observer, observe, shown, put } = chatStage(4, {
      on: { edited: (data, item) => ({ ...data, pages: data.pages.map((page) => page.map((held) => (held.id === (item as { id: string }).id ? { ...held, text: `${held.text}+` } : held))) }) },
    })
    observe()
    await frame()
    const old = await api.get()
    put(message(4, 'new+'))
    put(message(2, 'new+'))
    await frame()
    vi.spyOn(api, 'get').mockResolvedValue(old)
    void observer.fetchNextPage()
    await frame(50)
    expect(room.rejoins).toEqual(['E1:0:-'])
    expect(shown()).toBe('m3:new m4:new+ | m1:new m2:new+')
  })

  test('pages fetched again one after the other each take what followed their own reading', async () => {
    const { api, queryClient, shown, put } = await twoPages()
    api.instant = false
    void queryClient.refetchQueries()
    await frame()
    api.read()
    put(message(5))
    put(message(1, 'edited'))
    await frame()
    api.answer()
    await frame()
    put(message(2, 'edited'))
    await frame()
    api.answer()
    await frame()
    expect(shown()).toBe('m3:new m4:new m5:new | m1:edited m2:edited')
    expect(api.calls).toBe(4)
  })

  test('a page that leaves for another leaves no place behind', async () => {
    const { api, observer, observe, shown, put } = chatStage(6, { maxPages: 2 })
    observe()
    for (let pages = 0; pages < 2; pages++) {
      await frame()
      void observer.fetchNextPage()
    }
    await frame()
    expect(shown()).toBe('m3:new m4:new | m1:new m2:new')
    put(message(1, 'edited'))
    put(message(4, 'edited'))
    await frame()
    expect(shown()).toBe('m3:new m4:edited | m1:edited m2:new')
    expect(api.calls).toBe(3)
  })
})

describe('fetching a page', () => {
  test('does not pass for the refetch that is owed', async () => {
    const { api, room, shown, observer, observe } = chatStage(4)
    observe()
    await frame()
    api.failing = true
    room.send('cleared', {})
    await frame(1_000)
    api.failing = false
    api.data = api.data.map(({ id }) => ({ id, text: 'other' }))
    void observer.fetchNextPage()
    await frame(1_000)
    expect(shown()).toBe('m3:other m4:other | m1:other m2:other')
  })

  test('puts the refetch off that an event asks for meanwhile, and does not forget it', async () => {
    const { api, room, shown, observer, observe } = chatStage(4)
    observe()
    await frame()
    api.instant = false
    void observer.fetchNextPage()
    await frame()
    api.read()
    api.data = api.data.map(({ id }) => ({ id, text: 'other' }))
    room.send('cleared', {})
    await frame()
    api.instant = true
    api.answer()
    await frame(400)
    expect(shown()).toBe('m3:other m4:other | m1:other m2:other')
  })

  test('where there is none left changes nothing', async () => {
    const { api, observer, shown } = await twoPages()
    void observer.fetchNextPage()
    await frame()
    expect(shown()).toBe('m3:new m4:new | m1:new m2:new | ')
    const { calls } = api
    void observer.fetchNextPage()
    await frame(1_000)
    expect(api.calls).toBe(calls)
  })

  test('keeps what is predicted on the pages held', async () => {
    const { queryClient, query, api, shown, observer, observe, put } = chatStage(4)
    observe()
    await frame()
    const feed = feedOf(queryClient.getQueryCache().find({ queryKey: query.queryKey }))!
    const settle = feed.foresee('chat:1', 'p', { event: 'message', data: message(5, 'mine') })!
    expect(shown()).toBe('m3:new m4:new m5:mine')
    void observer.fetchNextPage()
    await frame()
    expect(shown()).toBe('m3:new m4:new m5:mine | m1:new m2:new')
    put(message(4, 'edited'))
    await frame()
    expect(shown()).toBe('m3:new m4:edited m5:mine | m1:new m2:new')
    expect(api.calls).toBe(2)
    settle(false)
    await frame()
    expect(shown()).toBe('m3:new m4:edited | m1:new m2:new')
  })
})

test('a page fetched after an item that was taken out, but comes back because that failed, is fetched again', async () => {
  const { queryClient, query, api, shown, observer, observe } = chatStage(4)
  observe()
  await frame()
  const feed = feedOf(queryClient.getQueryCache().find({ queryKey: query.queryKey }))!
  const settle = feed.foresee('chat:1', 'p', { event: 'gone', data: { id: 'm3' } })!
  void observer.fetchNextPage()
  await frame()
  expect(shown()).toBe('m4:new | m2:new')
  settle(false)
  await frame()
  expect(shown()).toBe('m3:new m4:new | m1:new m2:new')
  expect(api.calls).toBe(4)
})

test('pages that were there before the component are fetched once, after the join', async () => {
  const { api, room, observe, shown } = chatStage(4, { initial: { pages: [[message(4, 'old')], [message(3, 'old')]], pageParams: ['', 'm4'] } })
  room.eager = false
  observe()
  await frame(1_000)
  expect(api.calls).toBe(0)
  room.join()
  await frame(1_000)
  expect(shown()).toBe('m3:new m4:new | m1:new m2:new')
  expect(api.calls).toBe(2)
})

test('pages the application dropped do not come back, and the rest goes on', async () => {
  const { api, queryClient, query, shown, put } = await twoPages()
  queryClient.setQueryData(query.queryKey, (data) => data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) })
  put(message(5))
  put(message(1, 'edited'))
  await frame()
  expect(shown()).toBe('m3:new m4:new m5:new')
  expect(api.calls).toBe(2)
})
