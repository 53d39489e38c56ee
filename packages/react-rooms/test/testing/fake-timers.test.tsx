// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useEffect, useState, type ReactNode } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { roomQuery, useRoomQuery, type RoomQuery } from '../../src/query/index.js'
import type { MockRooms } from '../../src/testing/index.js'
import { Chat, show, useMockRooms } from './chat.js'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })
const mock = useMockRooms()

/** Something of the application's own that waits. */
function Late(): ReactNode {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 1_000)
    return () => clearTimeout(timer)
  }, [])
  return <p aria-label="late">{String(late)}</p>
}

/** A list that a room feeds: it is written at the page's next frame. */
function listOf(rooms: MockRooms): ReactNode {
  const query = roomQuery({
    room: 'todo:1', queryKey: ['todos'], queryFn: ({ seen }): Promise<{ id: string }[]> => seen(rooms.room('todo:1').response([])).json(), on: { 'todo.upserted': 'upsert' },
  })
  return <QueryClientProvider client={new QueryClient()}><Rows query={query} /></QueryClientProvider>
}
function Rows({ query }: { query: RoomQuery<{ id: string }[], Error, { id: string }[], readonly ['todos']> }): ReactNode {
  return <p aria-label="rows">{useRoomQuery(query).data?.map(({ id }) => id).join()}</p>
}

describe('with fake timers', () => {
  it('the client keeps a time of its own', async () => {
    const rooms = mock()
    const { text } = show(rooms, <><Chat id="1" /><Late /></>)
    await rooms.flush()
    rooms.drop()
    await rooms.flush()
    await vi.advanceTimersByTimeAsync(900)
    expect([text('connection'), text('late')]).toEqual(['reconnecting', 'false'])
    await rooms.advance(1_000)
    expect([text('connection'), text('late')]).toEqual(['connected', 'false'])
  })

  it('and what moves them, all share one time', async () => {
    const rooms = mock({ advanceTimers: vi.advanceTimersByTimeAsync })
    const { text } = show(rooms, <><Chat id="1" /><Late />{listOf(rooms)}</>)
    await rooms.flush()
    rooms.drop()
    rooms.room('chat:1').send('message', { text: 'missed' })
    rooms.room('todo:1').send('todo.upserted', { id: 'milk' })
    await rooms.advance(1_000)
    expect([text('connection'), text('late'), text('lines'), text('rows')]).toEqual(['connected', 'true', '1r:missed', 'milk'])
  })

  it('and nothing that moves them, a query cannot be waited for', async () => {
    const rooms = mock()
    show(rooms, listOf(rooms))
    await expect(rooms.flush()).rejects.toThrow('createMockRooms({ advanceTimers: vi.advanceTimersByTimeAsync })')
    // So that it can be closed.
    vi.useRealTimers()
  })
})
