// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { act } from '@testing-library/react'
import { Suspense, type ReactNode } from 'react'
import { expect, test } from 'vitest'
import { attachQueryClient, roomQuery, useRoomQuery } from '../../src/query/index.js'
import type { MockRooms } from '../../src/testing/index.js'
import { show } from '../react/render.js'
import { useRoomsStage } from '../react/rooms-stage.js'

const stage = useRoomsStage()

interface Order { readonly id: string; readonly status: string }

/** A server with orders behind a counted route, the query for them, and a way to show components that use it. */
function orders(rooms: MockRooms) {
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const api = { data: [{ id: '1', status: 'new' }] as Order[], calls: 0 }
  const queryWith = (name: string) => roomQuery({
    room: 'user:ana',
    queryKey: ['orders', name],
    queryFn: async ({ seen }): Promise<Order[]> => {
      api.calls++
      return seen(rooms.room('user:ana').response(api.data)).json()
    },
    on: { 'order.updated': 'upsert' },
  })
  const query = queryWith('ana')
  /** What the REST handler of another person's change does. */
  const setStatus = (id: string, status: string): void => {
    api.data = api.data.map((order) => (order.id === id ? { ...order, status } : order))
    rooms.room('user:ana').send('order.updated', { id, status })
  }
  const within = (node: ReactNode): ReactNode => <QueryClientProvider client={queryClient}>{node}</QueryClientProvider>
  return { queryClient, api, query, queryWith, setStatus, within }
}

const statuses = (data: readonly Order[] | undefined): string => data?.map(({ status }) => status).join() ?? 'nothing'

test('a change over REST reaches another person\'s screen through the cache, with no refetch', async () => {
  const { rooms, client, pass } = stage()
  const { api, query, setStatus, within } = orders(rooms)
  const Orders = (): ReactNode => {
    const { data, roomStatus } = useRoomQuery(query)
    return `${statuses(data)} ${roomStatus}`
  }
  const { container } = show(client, within(<Orders />))
  expect(container.textContent).toBe('nothing joining')
  await act(() => pass(50))
  expect(container.textContent).toBe('new live')
  setStatus('1', 'paid')
  await act(() => pass(50))
  expect(container.textContent).toBe('paid live')
  expect(api.calls).toBe(1)
  expect(rooms.opened).toBe(1)
})

test('plain useQuery and useSuspenseQuery are live once the query client is attached', async () => {
  const { rooms, client, pass } = stage()
  const { api, query, queryClient, setStatus, within } = orders(rooms)
  attachQueryClient(client, queryClient)
  const Plain = (): ReactNode => statuses(useQuery(query).data)
  const Suspended = (): ReactNode => statuses(useSuspenseQuery(query).data)
  const { container } = show(client, within(<><Plain /> <Suspense fallback="…"><Suspended /></Suspense></>))
  await act(() => pass(50))
  expect(container.textContent).toBe('new new')
  setStatus('1', 'paid')
  await act(() => pass(50))
  expect(container.textContent).toBe('paid paid')
  expect(api.calls).toBe(1)
})

test('a component that suspends hears what happened while it did', async () => {
  const { rooms, client, pass } = stage()
  const { api, query, queryClient, setStatus, within } = orders(rooms)
  attachQueryClient(client, queryClient)
  const Suspended = (): ReactNode => statuses(useSuspenseQuery(query).data)
  const { container } = show(client, within(<Suspense fallback="…"><Suspended /></Suspense>))
  setStatus('1', 'paid')
  // React shows what was suspended only some time later.
  await act(() => pass(500))
  await act(() => pass(50))
  expect(container.textContent).toBe('paid')
  expect(api.calls).toBe(1)
})

test('what was missed while the network was away arrives by replay, with no refetch', async () => {
  const { rooms, client, pass } = stage()
  const { api, query, setStatus, within } = orders(rooms)
  const Orders = (): ReactNode => statuses(useRoomQuery(query).data)
  const { container } = show(client, within(<Orders />))
  await act(() => pass(50))
  act(() => rooms.drop())
  setStatus('1', 'paid')
  setStatus('1', 'shipped')
  await act(() => pass(3_000))
  expect(container.textContent).toBe('shipped')
  expect(api.calls).toBe(1)
})

test('a reset refetches once and shows the old data meanwhile', async () => {
  const { rooms, client, pass } = stage()
  const { api, query, within } = orders(rooms)
  const shown = new Set<string>()
  const Orders = (): ReactNode => {
    const { data } = useRoomQuery(query)
    shown.add(statuses(data))
    return statuses(data)
  }
  const { container } = show(client, within(<Orders />))
  await act(() => pass(50))
  shown.clear()
  api.data = [{ id: '1', status: 'paid' }]
  rooms.room('user:ana').reset()
  await act(() => pass(2_500))
  expect(container.textContent).toBe('paid')
  expect(shown).not.toContain('nothing')
  expect(api.calls).toBe(2)
})

test('two queries of one room that come back with different positions both catch up', async () => {
  const { rooms, client, pass } = stage()
  const { api, query, queryWith, setStatus, within } = orders(rooms)
  const other = queryWith('copy')
  const One = (): ReactNode => statuses(useRoomQuery(query).data)
  const Two = (): ReactNode => statuses(useRoomQuery(other).data)
  const { container, again } = show(client, within(<><One /> <Two /></>))
  await act(() => pass(50))
  again(within(<Two />))
  setStatus('1', 'paid')
  await act(() => pass(5_000))
  again(within(null))
  await act(() => pass(5_000))
  setStatus('1', 'shipped')
  again(within(<><Two /> <One /></>))
  await act(() => pass(500))
  expect(container.textContent).toBe('shipped shipped')
  expect(api.calls).toBe(2)
})

test('is live again after the application detached and a component came back', async () => {
  const { rooms, client, pass } = stage()
  const { query, queryClient, setStatus, within } = orders(rooms)
  const detach = attachQueryClient(client, queryClient)
  const Orders = (): ReactNode => statuses(useRoomQuery(query).data)
  const { container, again } = show(client, within(<Orders />))
  await act(() => pass(50))
  detach()
  again(within(null))
  again(within(<Orders />))
  await act(() => pass(50))
  setStatus('1', 'paid')
  await act(() => pass(50))
  expect(container.textContent).toBe('paid')
})

test('a component is not rendered again for fields it does not read', async () => {
  const { rooms, client, pass } = stage()
  const { query, queryClient, within } = orders(rooms)
  let renders = 0
  const Orders = (): ReactNode => {
    renders++
    const { data } = useRoomQuery(query)
    return statuses(data)
  }
  show(client, within(<Orders />))
  await act(() => pass(50))
  renders = 0
  await act(async () => {
    void queryClient.refetchQueries()
    await pass(50)
  })
  expect(renders).toBe(0)
})

test('without its provider the hook says what is missing', () => {
  const { rooms } = stage()
  const { query, within } = orders(rooms)
  const Orders = (): ReactNode => statuses(useRoomQuery(query).data)
  expect(() => show(undefined as never, within(<Orders />))).toThrow()
})
