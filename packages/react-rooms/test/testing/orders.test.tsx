// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { fireEvent, screen } from '@testing-library/react'
import type { ReactNode } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { useRoom } from '../../src/index.js'
import { attachQueryClient, roomQuery, useRoomMutation, useRoomQuery } from '../../src/query/index.js'
import type { MockRooms } from '../../src/testing/index.js'
import { show, useMockRooms } from './chat.js'

const mock = useMockRooms()

interface Order { readonly id: string; readonly status: string }

/** A shop as an application tests it: its REST routes answer from a table, and tell the room as its handlers do. */
async function shopOf(rooms: MockRooms) {
  const room = rooms.room('user:ana')
  let table: readonly Order[] = [{ id: '1', status: 'new' }]
  const get = vi.fn(() => room.response(table))
  const post = vi.fn(async (id: string, status: string, headers: Readonly<Record<string, string>>): Promise<Order> => {
    const order = { id, status }
    table = table.map((one) => (one.id === id ? order : one))
    room.send('order.updated', order, { id: headers['Rooms-Event-Id'] })
    return order
  })
  const orders = roomQuery({ room: 'user:ana', queryKey: ['orders'], queryFn: async ({ seen }): Promise<Order[]> => seen(get()).json(), on: { 'order.updated': 'upsert' } })

  function Orders(): ReactNode {
    const { data, roomStatus } = useRoomQuery(orders)
    const change = useRoomMutation(useRoom('user:ana'), {
      mutationFn: (status: string, { headers }) => post('1', status, headers),
      predict: (status) => ({ event: 'order.updated', data: { id: '1', status } }),
    })
    return (
      <>
        <p aria-label="orders">{data?.map(({ id, status }) => `${id} ${status}`).join() ?? 'none'}, {roomStatus}</p>
        <button onClick={() => change.mutate('paid')}>pay</button>
      </>
    )
  }
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const shown = show(rooms, <QueryClientProvider client={queryClient}><Orders /></QueryClientProvider>)
  return { ...shown, room, get, post, queryClient, setTable: (next: readonly Order[]) => { table = next } }
}

describe('a list that a room feeds', () => {
  it('is loaded with its position, and moved by events without being loaded again', async () => {
    const rooms = mock()
    const { text, room, get } = await shopOf(rooms)
    await rooms.flush()
    expect(text('orders')).toBe('1 new, live')
    room.send('order.updated', { id: '1', status: 'paid' })
    room.send('order.updated', { id: '1', status: 'shipped' })
    await rooms.flush()
    expect([text('orders'), get.mock.calls.length]).toEqual(['1 shipped, live', 1])
  })

  it('shows a prediction at once, and the event settles it', async () => {
    const rooms = mock()
    const { text, get, post } = await shopOf(rooms)
    await rooms.flush()
    let answer!: () => void
    post.mockImplementationOnce((id, status, headers) => new Promise((resolve) => {
      answer = () => {
        rooms.room('user:ana').send('order.updated', { id, status: `${status}!` }, { id: headers['Rooms-Event-Id'] })
        resolve({ id, status })
      }
    }))
    fireEvent.click(screen.getByText('pay'))
    await rooms.flush()
    expect(text('orders')).toBe('1 paid, live')
    answer()
    await rooms.flush()
    expect([text('orders'), get.mock.calls.length]).toEqual(['1 paid!, live', 1])
  })

  it('takes back a prediction that failed', async () => {
    const rooms = mock()
    const { text, post } = await shopOf(rooms)
    await rooms.flush()
    post.mockRejectedValueOnce(new Error('503'))
    fireEvent.click(screen.getByText('pay'))
    await rooms.flush()
    expect(text('orders')).toBe('1 new, live')
  })

  it('is settled by a skip where the server leaves its own client out', async () => {
    const rooms = mock()
    const { text, post, room, get } = await shopOf(rooms)
    await rooms.flush()
    post.mockImplementationOnce(async (id, status, headers) => {
      room.send('order.updated', { id, status }, { id: headers['Rooms-Event-Id'], except: headers['Rooms-Connection'] })
      return { id, status }
    })
    fireEvent.click(screen.getByText('pay'))
    await rooms.flush()
    expect([text('orders'), get.mock.calls.length]).toEqual(['1 paid, live', 1])
  })

  it('catches up after a lost connection without being loaded again', async () => {
    const rooms = mock()
    const { text, room, get } = await shopOf(rooms)
    await rooms.flush()
    rooms.drop()
    room.send('order.updated', { id: '1', status: 'paid' })
    await rooms.flush()
    expect(text('orders')).toBe('1 new, catching-up')
    await rooms.advance(1_000)
    expect([text('orders'), get.mock.calls.length]).toEqual(['1 paid, live', 1])
  })

  it('has no gap between its answer and the join', async () => {
    const rooms = mock()
    const { text, room, get } = await shopOf(rooms)
    // Before the room is joined, after the answer was made.
    expect(get).toHaveBeenCalledTimes(1)
    room.send('order.updated', { id: '1', status: 'paid' })
    await rooms.flush()
    expect([text('orders'), get.mock.calls.length]).toEqual(['1 paid, live', 1])
  })

  it('is live in plain useQuery too', async () => {
    const rooms = mock()
    const queryClient = new QueryClient()
    attachQueryClient(rooms.client, queryClient)
    const query = roomQuery({ room: 'user:ana', queryKey: ['orders'], queryFn: ({ seen }): Promise<Order[]> => seen(rooms.room('user:ana').response([])).json(), on: { 'order.updated': 'upsert' } })
    const Plain = (): ReactNode => useQuery(query).data?.map(({ id }) => id).join() ?? 'none'
    const { container } = show(rooms, <QueryClientProvider client={queryClient}><Plain /></QueryClientProvider>)
    await rooms.flush()
    rooms.room('user:ana').send('order.updated', { id: '7', status: 'new' })
    await rooms.flush()
    expect(container.textContent).toBe('7')
  })
})

it('a response says how new it is, and keeps its own headers', async () => {
  const room = mock().room('user:ana')
  room.send('order.updated', { id: '1', status: 'new' })
  const response = room.response([1], { status: 201, headers: { 'X-Total': '1' } })
  expect([response.status, response.headers.get('rooms-position'), response.headers.get('x-total'), response.headers.get('content-type'), await response.json()])
    .toEqual([201, `user:ana=${room.position()}`, '1', 'application/json', [1]])
  expect(room.headers()).toEqual({ 'Rooms-Position': `user:ana=${room.position()}` })
})
