// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider, useInfiniteQuery, useQueryClient, useSuspenseInfiniteQuery } from '@tanstack/react-query'
import { act } from '@testing-library/react'
import { Suspense, useEffect, useState, type ReactNode } from 'react'
import { expect, test } from 'vitest'
import { RoomsProvider, useRoom, useRoomEvent } from '../../src/index.js'
import { attachQueryClient, roomInfiniteQuery, roomQuery, useRoomMutation, useRoomQuery } from '../../src/query/index.js'
import type { FakeServer } from '../fake-server.js'
import { show, useReactStage } from '../react/render.js'

const stage = useReactStage()

interface Message { readonly id: string; readonly text: string }

const within = (node: ReactNode, queryClient = new QueryClient()): ReactNode => <QueryClientProvider client={queryClient}>{node}</QueryClientProvider>

/** A chat behind a counted route, and its messages, all of them and in pages of two. */
function chat(server: FakeServer, length = 0) {
  const api = { data: Array.from({ length }, (_, n): Message => ({ id: `m${n}`, text: `${n}` })), calls: 0 }
  const get = async (): Promise<{ headers: { get(): string }; json(): Message[] }> => {
    api.calls++
    const position = `chat:1=${server.room('chat:1').position}`
    return { headers: { get: () => position }, json: () => structuredClone(api.data) }
  }
  const all = roomQuery({ room: 'chat:1', queryKey: ['all'], queryFn: async ({ seen }): Promise<Message[]> => seen(await get()).json(), on: { message: 'upsert' } })
  const pages = roomInfiniteQuery({
    room: 'chat:1', queryKey: ['pages'], initialPageParam: '',
    queryFn: async ({ pageParam, seen }): Promise<Message[]> => {
      const messages = seen(await get()).json()
      return messages.slice(0, pageParam === '' ? undefined : messages.findIndex(({ id }) => id === pageParam)).slice(-2)
    },
    getNextPageParam: (page) => page[0]?.id,
    on: { message: 'upsert' },
  })
  const send = (text: string): void => {
    const message = { id: `m${api.data.length}`, text }
    api.data = [...api.data, message]
    server.send('chat:1', 'message', message)
  }
  return { api, all, pages, send }
}

test('trap 28: a room query opens one socket under StrictMode, and unmounting leaves none', async () => {
  const { server, client, pass } = stage({ lingerMs: 100 })
  const { all, api } = chat(server, 1)
  const Chat = (): ReactNode => {
    const add = useRoomMutation(useRoom('chat:1'), { mutationFn: async (text: string) => text })
    return `${useRoomQuery(all).data?.length} ${add.status}`
  }
  const { container, again } = show(client, within(<Chat />))
  await act(() => pass(50))
  expect(container.textContent).toBe('1 idle')
  expect(server.sockets).toHaveLength(1)
  expect(server.sent('join')).toHaveLength(1)
  expect(api.calls).toBe(1)
  again(null)
  await act(() => pass(200))
  expect(server.open).toHaveLength(0)
})

test('trap 34: every one of five hundred events between two renders is in the data, and in a handler; kept as the last message they are lost', async () => {
  const { server, client, pass } = stage()
  const { all, api, send } = chat(server)
  const handled: unknown[] = []
  const naive: unknown[] = []
  let renders = 0
  const List = (): ReactNode => {
    renders++
    return String(useRoomQuery(all).data?.length)
  }
  const Handler = (): ReactNode => {
    useRoomEvent(useRoom('chat:1'), 'message', (message) => void handled.push(message))
    return null
  }
  const LastMessage = (): ReactNode => {
    const [last, setLast] = useState<unknown>()
    useRoomEvent(useRoom('chat:1'), 'message', setLast)
    useEffect(() => {
      if (last) naive.push(last)
    }, [last])
    return null
  }
  const { container } = show(client, within(<><List /><Handler /><LastMessage /></>))
  await act(() => pass(50))
  renders = 0
  await act(async () => {
    for (let n = 0; n < 500; n++) send(`${n}`)
    await pass(50)
  })
  expect(container.textContent).toBe('500')
  expect(handled).toHaveLength(500)
  expect(naive.length).toBeLessThan(500)
  // Twice each under StrictMode: one for the data, and no more than a few for what else may change.
  expect(renders).toBeLessThanOrEqual(6)
  expect(api.calls).toBe(1)
})

test('useInfiniteQuery and useSuspenseInfiniteQuery are live, on every page', async () => {
  const { server, client, pass } = stage()
  const { pages, api, send } = chat(server, 4)
  const queryClient = new QueryClient()
  attachQueryClient(client, queryClient)
  const text = (data: { readonly pages: readonly (readonly Message[])[] } | undefined): string => data?.pages.map((page) => page.map((message) => message.text).join()).join(' | ') ?? '…'
  let more = (): unknown => undefined
  const Pages = (): ReactNode => {
    const { data, fetchNextPage } = useInfiniteQuery(pages)
    more = fetchNextPage
    return text(data)
  }
  const Suspended = (): ReactNode => text(useSuspenseInfiniteQuery(pages).data)
  const { container } = show(client, within(<><Pages /> / <Suspense fallback="…"><Suspended /></Suspense></>, queryClient))
  await act(() => pass(50))
  await act(() => pass(500))
  expect(container.textContent).toBe('2,3 / 2,3')
  await act(async () => {
    void more()
    await pass(50)
  })
  send('new')
  server.send('chat:1', 'message', { id: 'm0', text: 'edited' })
  await act(() => pass(50))
  expect(container.textContent).toBe('2,3,new | edited,1 / 2,3,new | edited,1')
  expect(api.calls).toBe(2)
})

test('a mutation is settled by what the room says although StrictMode renders twice, in both orders', async () => {
  const { server, client, pass } = stage()
  const { all, api } = chat(server)
  let mutate = (_text: string): void => {}
  const answers: (() => void)[] = []
  const ids: string[] = []
  const Chat = (): ReactNode => {
    const add = useRoomMutation(useRoom('chat:1'), {
      mutationFn: (_text: string, { id }) => new Promise<void>((resolve) => {
        ids.push(id)
        answers.push(resolve)
      }),
      predict: (text, { id }) => ({ event: 'message', data: { id, text } }),
    })
    mutate = add.mutate
    useQueryClient()
    return useRoomQuery(all).data?.map(({ text }) => text).join()
  }
  const { container } = show(client, within(<Chat />))
  await act(() => pass(50))
  for (const order of ['event first', 'answer first']) {
    await act(async () => {
      mutate(order)
      await pass(20)
    })
    expect(container.textContent).toContain(order)
    const id = ids.at(-1)!
    const steps = [() => void server.send('chat:1', 'message', { id, text: `${order}!` }, { id }), answers.at(-1)!]
    for (const step of order === 'event first' ? steps : steps.toReversed()) {
      await act(async () => {
        step()
        await pass(20)
      })
      expect(container.textContent).toContain(order)
    }
  }
  await act(() => pass(10_000))
  expect(container.textContent).toBe('event first!,answer first!')
  expect(ids).toHaveLength(2)
  expect(api.calls).toBe(1)
})

test('one query client below two providers follows the one that came last, and fetches nothing in a circle', async () => {
  const { server, client, pass } = stage()
  const other = stage({}, server)
  const { all, api, send } = chat(server, 1)
  const beside = { ...all, queryKey: ['beside'] as never }
  const First = (): ReactNode => useRoomQuery(all).data?.length
  const Second = (): ReactNode => useRoomQuery(beside).data?.length
  const { container } = show(client, within(<><First /> <RoomsProvider client={other.client}><Second /></RoomsProvider></>))
  await act(() => pass(10_000))
  act(() => send('to both'))
  await act(() => pass(10_000))
  expect([container.textContent, api.calls, server.sockets.length]).toEqual(['2 2', 2, 1])
})
