// @vitest-environment happy-dom
import { fireEvent, screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { usePresence, useRoom } from '../../src/index.js'
import { liveChat, show, useMockRooms } from './chat.js'

const mock = useMockRooms()

describe('who is here', () => {
  it('comes, changes and goes', async () => {
    const rooms = mock()
    rooms.room('chat:1').join('bo')
    const { text, room } = await liveChat(rooms)
    expect(text('here')).toBe('ana bo of 2')
    room.join('cy', { state: { away: false } })
    await rooms.flush()
    expect(text('here')).toBe('ana bo cy({"away":false}) of 3')
    room.join('cy', { state: { away: true } })
    room.leave('bo')
    await rooms.flush()
    expect(text('here')).toBe('ana cy({"away":true}) of 2')
  })

  it('holds what the component said of itself', async () => {
    const rooms = mock()
    const { text } = await liveChat(rooms)
    fireEvent.click(screen.getByText('away'))
    await rooms.flush()
    expect(rooms.room('chat:1').members()).toEqual([expect.objectContaining({ user: 'ana', info: { name: 'ana' }, state: { away: true }, connections: 1 })])
    expect([text('mine'), text('here')]).toEqual(['{"away":true}', 'ana({"away":true}) of 1'])
  })

  it('does not hold who may not be shown', async () => {
    const rooms = mock()
    rooms.room('chat:1').grant({ presence: false })
    rooms.room('chat:1').join('bo')
    const { text } = await liveChat(rooms)
    fireEvent.click(screen.getByText('away'))
    await rooms.flush()
    expect([text('here'), rooms.room('chat:1').members().map(({ user }) => user)]).toEqual(['bo of 1', ['bo']])
  })

  it('counts one person with two devices once', async () => {
    const rooms = mock({ user: 'bo', info: { name: 'Bo Bell' } })
    const { text } = await liveChat(rooms)
    rooms.room('chat:1').join('bo')
    await rooms.flush()
    expect(text('here')).toBe('bo of 1')
    expect(rooms.room('chat:1').members()).toEqual([expect.objectContaining({ user: 'bo', info: { name: 'Bo Bell' }, connections: 2 })])
    rooms.room('chat:1').leave('bo')
    await rooms.flush()
    expect(rooms.room('chat:1').members()).toEqual([expect.objectContaining({ user: 'bo', connections: 1 })])
  })

  it('comes page by page in a big room', async () => {
    const rooms = mock({ limits: { members: 2 } })
    for (const user of ['bo', 'cy', 'di', 'ed']) rooms.room('chat:1').join(user)
    const Names = (): string => usePresence(useRoom('chat:1')).members.map(({ user }) => user).join()
    const { container } = show(rooms, <Names />)
    await rooms.flush()
    expect(container.textContent).toBe('ana,bo,cy,di,ed')
    expect(rooms.received('members').map(({ after }) => after)).toEqual(['bo', 'di'])
  })

  it('types, and is forgotten after six seconds', async () => {
    const rooms = mock()
    rooms.room('chat:1').join('bo')
    const { text, room } = await liveChat(rooms)
    room.typing('bo')
    await rooms.flush()
    expect(text('typing')).toBe('bo')
    await rooms.advance(5_999)
    expect(text('typing')).toBe('bo')
    await rooms.advance(1)
    expect(text('typing')).toBe('')
    room.typing('bo')
    await rooms.flush()
    room.typing('bo', false)
    await rooms.flush()
    expect(text('typing')).toBe('')
  })

  it('no longer types once they are gone', async () => {
    const rooms = mock()
    rooms.room('chat:1').join('bo')
    const { text, room } = await liveChat(rooms)
    room.typing('bo')
    room.leave('bo')
    rooms.drop()
    room.join('bo')
    await rooms.advance(1_000)
    expect([text('here'), text('typing')]).toEqual(['ana bo of 2', ''])
  })

  it('hears that the component types', async () => {
    const rooms = mock()
    await liveChat(rooms)
    fireEvent.input(screen.getByLabelText('draft'), { target: { value: 'h' } })
    await rooms.flush()
    expect(rooms.received('typing')).toEqual([{ type: 'typing', room: 'chat:1', on: true }])
  })

  it('signals, both ways', async () => {
    const rooms = mock()
    const { text } = await liveChat(rooms)
    rooms.room('chat:1').signal('cursor', 'there', { from: 'bo' })
    fireEvent.click(screen.getByText('point'))
    await rooms.flush()
    expect(text('cursor')).toBe('bo there')
    expect(rooms.received('signal')).toEqual([{ type: 'signal', room: 'chat:1', signal: 'cursor', data: 'here' }])
  })
})
