// @vitest-environment happy-dom
import { act, fireEvent, screen, waitFor } from '@testing-library/react'
import { Profiler, useState, type ReactNode } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { useRoom, useRoomEvent } from '../../src/index.js'
import { Chat, liveChat, show, useMockRooms } from './chat.js'

const mock = useMockRooms()

describe('delivery', () => {
  it('joins, delivers and renders, with one connection under StrictMode', async () => {
    const rooms = mock()
    const { text } = show(rooms, <Chat id="1" />)
    expect([text('status'), text('connection')]).toEqual(['joining', 'idle'])
    await rooms.flush()
    expect([text('status'), text('connection'), text('here'), rooms.opened, rooms.open]).toEqual(['live', 'connected', 'ana of 1', 1, 1])
    const { id, position } = rooms.room('chat:1').send('message', { text: 'hello' })
    expect([typeof id, position]).toEqual(['string', rooms.room('chat:1').position()])
    expect(text('lines')).toBe('')
    await rooms.flush()
    expect(text('lines')).toBe('1:hello')
  })

  it('delivers by itself while findBy and waitFor wait', async () => {
    const rooms = mock()
    const { text } = show(rooms, <Chat id="1" />)
    await screen.findByText('live')
    rooms.room('chat:1').send('message', { text: 'hello' })
    await screen.findByText('1:hello')
    rooms.drop()
    await waitFor(() => expect(text('status')).toBe('catching-up'))
  })

  it('brings no warning where a test awaits something else', async () => {
    const rooms = mock()
    const { text } = show(rooms, <Chat id="1" />)
    for (let turn = 0; turn < 50; turn++) await Promise.resolve()
    expect(text('status')).toBe('live')
    rooms.room('chat:1').send('message', { text: 'hello' })
    for (let turn = 0; turn < 50; turn++) await Promise.resolve()
    expect(text('lines')).toBe('1:hello')
  })

  it('is rendered at the end of a test\'s own act', async () => {
    const rooms = mock()
    const { text } = show(rooms, <Chat id="1" />)
    await act(() => rooms.flush())
    await act(async () => {
      rooms.room('chat:1').send('message', { text: 'hello' })
      await rooms.flush()
    })
    expect(text('lines')).toBe('1:hello')
  })

  it('brings no warning for what a component does after it waited, in a test\'s own act', async () => {
    const rooms = mock()
    const { text } = await liveChat(rooms)
    // Answered when that act is over, and React renders what came of it.
    rooms.room('chat:1').onPublish('message', async (data) => {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
      return data
    })
    await act(async () => fireEvent.click(screen.getByText('send')))
    expect(text('outgoing')).toBe('sent')
  })

  it('takes two flushes at once', async () => {
    const rooms = mock()
    const { text } = show(rooms, <Chat id="1" />)
    await Promise.all([rooms.flush(), rooms.flush()])
    expect(text('status')).toBe('live')
  })

  it('renders without an act environment', async () => {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', undefined)
    const rooms = mock()
    const { text } = await liveChat(rooms)
    rooms.room('chat:1').send('message', { text: 'hello' })
    await rooms.flush()
    expect(text('lines')).toBe('1:hello')
  })

  it('renders five hundred events of one turn once, and loses none', async () => {
    const rooms = mock()
    const renders = vi.fn()
    const { text } = show(rooms, <Profiler id="chat" onRender={renders}><Chat id="1" /></Profiler>)
    await rooms.flush()
    renders.mockClear()
    for (let n = 1; n <= 500; n++) rooms.room('chat:1').send('message', { text: 'x' })
    await rooms.flush()
    expect(text('lines')?.split(' ')).toEqual(Array.from({ length: 500 }, (_, n) => `${n + 1}:x`))
    expect(renders).toHaveBeenCalledTimes(1)
  })

  it('sends what is in the object now, whatever becomes of it', async () => {
    const rooms = mock()
    const { text } = await liveChat(rooms)
    const message = { text: 'now' }
    rooms.room('chat:1').send('message', message)
    message.text = 'later'
    await rooms.flush()
    expect(text('lines')).toBe('1:now')
  })

  it('replays what was sent before the room was rendered only to who rewinds', async () => {
    const rooms = mock()
    const room = rooms.room('chat:1')
    room.send('message', { text: 'early' })
    room.send('message', { text: 'just now' })
    const { text, unmount } = show(rooms, <Chat id="1" />)
    await rooms.flush()
    expect(text('lines')).toBe('')
    unmount()
    await rooms.advance(2_000)
    const again = show(rooms, <Rewinding />)
    await rooms.flush()
    expect(again.container.textContent).toBe('just now (replayed)')
  })
})

function Rewinding(): ReactNode {
  const [heard, setHeard] = useState('')
  useRoomEvent(useRoom('chat:1', { rewind: 1 }), 'message', (data, { replayed }) => setHeard(`${(data as { text: string }).text}${replayed ? ' (replayed)' : ''}`))
  return heard
}
