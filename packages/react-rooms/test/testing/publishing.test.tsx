// @vitest-environment happy-dom
import { act } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import { liveChat, useMockRooms } from './chat.js'

const mock = useMockRooms()

describe('what a component publishes', () => {
  it('is acknowledged, and comes back as an event of its own', async () => {
    const rooms = mock()
    const { text, say } = await liveChat(rooms)
    say('hello')
    expect(text('outgoing')).toBe('sending')
    await rooms.flush()
    expect([text('outgoing'), text('lines')]).toEqual(['sent', '1:hello'])
    expect(rooms.received('publish')).toEqual([expect.objectContaining({ event: 'message', data: { text: 'hello' }, room: 'chat:1' })])
  })

  it('becomes what the handler makes of it', async () => {
    const rooms = mock()
    const { text, say, room } = await liveChat(rooms)
    const handler = vi.fn((data: unknown, { id, user }: { id: string; user: string }) => ({ id, text: `${user}-says-${(data as { text: string }).text}` }))
    const off = room.onPublish('message', handler)
    say('hello')
    await rooms.flush()
    expect(text('lines')).toBe('1:ana-says-hello')
    expect(handler).toHaveBeenCalledTimes(1)
    off()
    say('again')
    await rooms.flush()
    expect(text('lines')).toBe('1:ana-says-hello 2:again')
  })

  it('waits for a handler that takes its time', async () => {
    const rooms = mock()
    const { text, say, room } = await liveChat(rooms)
    let answer!: (data: { text: string }) => void
    room.onPublish('message', () => new Promise((resolve) => { answer = resolve }))
    say('hello')
    await rooms.flush()
    expect([text('outgoing'), text('lines')]).toEqual(['sending', ''])
    answer({ text: 'late' })
    await rooms.flush()
    expect([text('outgoing'), text('lines')]).toEqual(['sent', '1:late'])
  })

  it('is refused with the code of the handler', async () => {
    const rooms = mock()
    const { text, say, room } = await liveChat(rooms)
    room.onPublish('message', (_, { refuse }) => refuse('too_rude', 'be kind'))
    say('hello')
    await rooms.flush()
    expect([text('outgoing'), text('lines')]).toEqual(['too_rude', ''])
  })

  it('may be answered without an event', async () => {
    const rooms = mock()
    const { text, say, room } = await liveChat(rooms)
    room.onPublish('message', () => undefined)
    say('hello')
    await rooms.flush()
    expect([text('outgoing'), text('lines')]).toEqual(['done', ''])
    room.onPublish('message.read', (data, { answer }) => answer({ seen: data }))
    await expect(rooms.client.room('chat:1').publish('message.read', 7)).resolves.toMatchObject({ result: { seen: 7 } })
  })

  it('waits undone while it is held', async () => {
    const rooms = mock()
    const { text, say, room } = await liveChat(rooms)
    const held = room.hold('message')
    say('one')
    say('two')
    await rooms.flush()
    expect([text('outgoing'), text('lines')]).toEqual(['sending', ''])
    expect(held.waiting.map(({ data }) => data)).toEqual([{ text: 'one' }, { text: 'two' }])
    held.release()
    await rooms.flush()
    expect([text('outgoing'), text('lines'), held.waiting]).toEqual(['sent', '1:one 2:two', []])
  })

  it('may be done and not confirmed: the retry is not done again', async () => {
    const rooms = mock()
    const { text, say, room } = await liveChat(rooms)
    const held = room.hold('message', 'ack')
    say('hello')
    await rooms.flush()
    expect([text('outgoing'), text('lines')]).toEqual(['sending', '1:hello'])
    rooms.drop()
    await rooms.flush()
    held.release()
    await rooms.advance(1_000)
    expect([text('outgoing'), text('lines'), rooms.received('publish').length]).toEqual(['sent', '1:hello', 2])
  })

  it('is forbidden where it is not granted', async () => {
    const rooms = mock()
    rooms.room('chat:1').grant({ publish: ['message.read'] })
    const { text, say, room } = await liveChat(rooms)
    expect(text('may')).toBe('message.read')
    say('hello')
    await rooms.flush()
    expect(text('outgoing')).toBe('forbidden')
    room.grant({ publish: ['*'] })
    say('hello')
    await rooms.flush()
    expect(text('outgoing')).toBe('sent')
  })

  it('brings a handler\'s own mistake to the test', async () => {
    const rooms = mock()
    const { text, say, room } = await liveChat(rooms)
    room.onPublish('message', () => { throw new Error('a wrong expectation') })
    say('hello')
    await expect(rooms.flush()).rejects.toThrow('a wrong expectation')
    expect(text('outgoing')).toBe('internal')
    await rooms.flush()
  })

  it('is conflict when the same id says something else', async () => {
    const rooms = mock()
    await liveChat(rooms)
    const room = rooms.client.room('chat:1')
    await act(async () => {
      await room.publish('message', { text: 'one' }, { id: 'a' })
      await expect(room.publish('message', { text: 'one' }, { id: 'a' })).resolves.toMatchObject({ duplicate: true })
      await expect(room.publish('message', { text: 'two' }, { id: 'a' })).rejects.toMatchObject({ code: 'conflict' })
    })
  })
})
