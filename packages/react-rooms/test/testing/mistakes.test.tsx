// @vitest-environment happy-dom
import { describe, expect, it, vi } from 'vitest'
import { useConnection, usePublish, useRoom, useRoomEvent } from '../../src/index.js'
import { Chat, show, useMockRooms } from './chat.js'

const mock = useMockRooms()

describe('what cannot work says what would', () => {
  it('a room name outside the grammar', () => {
    expect(() => mock().room('Chat 1')).toThrow('roomName(kind, text)')
  })

  it('an event while a component is still joining', async () => {
    const rooms = mock()
    show(rooms, <Chat id="1" />)
    expect(() => rooms.room('chat:1').send('message', { text: 'too early' })).toThrow('await rooms.flush() after rendering')
    await rooms.flush()
    rooms.room('chat:1').send('message', { text: 'in time' })
    rooms.room('chat:2').send('message', { text: 'for nobody yet' })
  })

  it('somebody who is not here', async () => {
    const rooms = mock()
    const room = rooms.room('chat:1')
    expect(() => room.typing('bo')).toThrow("bo is not in chat:1: room.join('bo') first")
    expect(() => room.leave('bo')).toThrow("room.join('bo') first")
    expect(() => room.typing('ana')).toThrow("the client's own user")
  })

  it('a signal to nobody', async () => {
    const rooms = mock()
    expect(() => rooms.room('chat:1').signal('cursor', 1)).toThrow('a signal is not kept')
  })

  it('a fault without a connection', () => {
    const rooms = mock()
    for (const fault of [rooms.drop, rooms.halfOpen, rooms.expireToken]) expect(() => fault()).toThrow('needs an open connection')
  })

  it('numbers that mean nothing', async () => {
    const rooms = mock()
    expect(() => rooms.skipOffsets(0)).toThrow('1 or more')
    await expect(rooms.advance(-1)).rejects.toThrow('forwards')
  })

  it('a component that never stops', async () => {
    const rooms = mock({ limits: { messagesPerSecond: 1_000_000 } })
    function Echo(): string {
      const room = useRoom('chat:1')
      const publish = usePublish(room, 'message')
      useRoomEvent(room, 'message', (n) => void publish((n as number) + 1))
      return useConnection(({ status }) => status)
    }
    show(rooms, <Echo />)
    await rooms.flush()
    const off = rooms.room('chat:1').onPublish('message', (data) => data)
    rooms.room('chat:1').send('message', 1)
    await expect(rooms.flush()).rejects.toThrow('does not come to rest')
    off()
    rooms.room('chat:1').onPublish('message', () => undefined)
    await rooms.flush()
  })

  it('an environment without Response', () => {
    vi.stubGlobal('Response', undefined)
    expect(() => mock().room('chat:1').response([])).toThrow('room.headers()')
  })
})

it('an object that is no frame is answered as the server would', async () => {
  const rooms = mock()
  show(rooms, <Chat id="1" />)
  await rooms.flush()
  // Nor has its answer an id, so that the publish is given up in the end.
  const published = rooms.client.room('chat:1').publish('message', {}, { id: 'not an id' })
  await rooms.advance(30_000)
  await expect(published).rejects.toMatchObject({ code: 'uncertain' })
  expect(rooms.received('publish')).toEqual([])
})
