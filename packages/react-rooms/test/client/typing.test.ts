import { describe, expect, it, vi } from 'vitest'
import type { AnyRoom } from '../../src/client/index.js'
import type { RoomHandle } from '../../src/client/room-handle.js'
import type { Typist } from '../../src/client/typing-store.js'
import { useStage } from '../stage.js'
import { settle } from '../fake-server.js'

const stage = useStage()
const shown = (room: AnyRoom): readonly Typist[] => (room as RoomHandle).typingView.get()
const typists = (room: AnyRoom): string[] => shown(room).map(({ user }) => user)

/** In a room where somebody types. */
const whileBoTypes = async () => {
  const { client, server } = stage()
  server.room('chat:1').add('bo')
  client.retain('chat:1')
  await settle()
  server.tell('chat:1', { type: 'typing', room: 'chat:1', user: 'bo', on: true })
  await settle()
  return { client, server }
}

describe('who types', () => {
  it('is shown with the info that members see, until told otherwise', async () => {
    const { client, server } = await whileBoTypes()
    expect(shown(client.room('chat:1'))).toEqual([{ user: 'bo', info: { name: 'bo' } }])
    server.tell('chat:1', { type: 'typing', room: 'chat:1', user: 'bo', on: false })
    await settle()
    expect(typists(client.room('chat:1'))).toEqual([])
  })

  it('is kept back until their member is known, and follows what members see', async () => {
    const { client, server } = stage()
    client.retain('chat:1')
    await settle()
    server.tell('chat:1', { type: 'typing', room: 'chat:1', user: 'bo', on: true })
    await settle()
    expect(typists(client.room('chat:1'))).toEqual([])
    const bo = { user: 'bo', info: { name: 'Bo' }, state: null, connections: 1, since: 0 }
    server.tell('chat:1', { type: 'presence', room: 'chat:1', left: [], joined: [bo], changed: [], size: 2 })
    await settle()
    expect(shown(client.room('chat:1'))).toEqual([{ user: 'bo', info: { name: 'Bo' } }])
    server.tell('chat:1', { type: 'presence', room: 'chat:1', left: [], joined: [], changed: [{ ...bo, info: { name: 'Bob' } }], size: 2 })
    await settle()
    expect(shown(client.room('chat:1'))).toEqual([{ user: 'bo', info: { name: 'Bob' } }])
  })

  it('is shown though the server has no info of its users', async () => {
    const { client, server } = stage()
    client.retain('chat:1')
    await settle()
    const bo = { user: 'bo', info: null as never, state: null, connections: 1, since: 0 }
    server.tell('chat:1', { type: 'presence', room: 'chat:1', left: [], joined: [bo], changed: [], size: 2 })
    server.tell('chat:1', { type: 'typing', room: 'chat:1', user: 'bo', on: true })
    await settle()
    expect(typists(client.room('chat:1'))).toEqual(['bo'])
  })

  it('is shown by name alone where the server tells no members', async () => {
    const { client, server } = stage()
    client.retain('chat:1')
    await settle()
    const { position, grants } = server.room('chat:1')
    server.tell('chat:1', { type: 'joined', room: 'chat:1', position, recovered: true, replay: 0, members: [], size: 2, typing: ['bo'], grants: { ...grants, presence: false } })
    await settle()
    expect(shown(client.room('chat:1'))).toEqual([{ user: 'bo', info: {} }])
    // And no longer once it does.
    server.drop()
    await settle()
    client.retryNow()
    await settle()
    server.tell('chat:1', { type: 'typing', room: 'chat:1', user: 'bo', on: true })
    await settle()
    expect(typists(client.room('chat:1'))).toEqual([])
  })

  it('expires six seconds after the last word, each by their own time', async () => {
    const { client, server, pass } = stage()
    const room = client.room('chat:1')
    for (const user of ['bo', 'cy']) server.room('chat:1').add(user)
    client.retain('chat:1')
    await settle()
    const says = (user: string): void => server.tell('chat:1', { type: 'typing', room: 'chat:1', user, on: true })
    says('bo')
    await pass(3_000)
    says('cy')
    await pass(2_000)
    says('cy')
    await pass(999)
    expect(typists(room)).toEqual(['bo', 'cy'])
    await pass(1)
    expect(typists(room)).toEqual(['cy'])
    await pass(4_999)
    expect(typists(room)).toEqual(['cy'])
    await pass(1)
    expect(typists(room)).toEqual([])
  })

  it('is forgotten with the connection, and for who leaves', async () => {
    const { client, server } = stage()
    const room = client.room('chat:1')
    for (const user of ['bo', 'cy']) server.room('chat:1').add(user)
    client.retain('chat:1')
    await settle()
    for (const user of ['bo', 'cy']) server.tell('chat:1', { type: 'typing', room: 'chat:1', user, on: true })
    server.tell('chat:1', { type: 'presence', room: 'chat:1', left: ['bo'], joined: [], changed: [], size: 1 })
    await settle()
    expect(typists(room)).toEqual(['cy'])
    server.drop()
    await settle()
    expect(typists(room)).toEqual([])
  })
})

describe('the list of who types', () => {
  it('is the same while only events come: it renders nothing', async () => {
    const { client, server } = await whileBoTypes()
    const room = client.room('chat:1')
    const before = shown(room)
    let changes = 0
    const stop = (room as RoomHandle).typingView.subscribe(() => changes++)
    server.send('chat:1', 'message', 1)
    await settle()
    expect([changes, shown(room) === before]).toEqual([0, true])
    stop()
  })
})

describe('saying that one types', () => {
  it('repeats every three seconds at most, and stops once', async () => {
    const { client, server, pass } = stage()
    const room = client.room('chat:1')
    client.retain('chat:1')
    await settle()
    for (let i = 0; i < 8; i++) {
      room.setTyping(true)
      await pass(500)
    }
    room.setTyping(false)
    room.setTyping(false)
    await settle()
    expect(server.sent('typing').map(({ on }) => on)).toEqual([true, true, false])
  })

  it('goes on repeating when the clock is set back', async () => {
    const { client, server, pass } = stage()
    const room = client.room('chat:1')
    client.retain('chat:1')
    await settle()
    room.setTyping(true)
    vi.setSystemTime(Date.now() - 3_600_000)
    await pass(3_000)
    room.setTyping(true)
    await settle()
    expect(server.sent('typing').map(({ on }) => on)).toEqual([true, true])
  })

  it('stops with a publish', async () => {
    const { client, server } = stage()
    const room = client.room('chat:1')
    client.retain('chat:1')
    await settle()
    room.setTyping(true)
    await room.publish('message', 'done')
    expect(server.sent('typing').map(({ on }) => on)).toEqual([true, false])
  })

  it('says nothing while away, and says it again after the reconnect', async () => {
    const { client, server, pass } = stage()
    const room = client.room('chat:1')
    client.retain('chat:1')
    await settle()
    room.setTyping(true)
    await settle()
    server.drop()
    await settle()
    room.setTyping(true)
    await pass(250)
    expect(server.sent('typing')).toHaveLength(1)
    room.setTyping(true)
    await settle()
    expect(server.sent('typing')).toHaveLength(2)
  })
})

describe('signals', () => {
  it('reach who listens, and are dropped while away', async () => {
    const { client, server } = stage()
    const room = client.room('chat:1')
    const heard: unknown[] = []
    room.onSignal('cursor', (data, { from }) => heard.push([data, from]))
    room.signal('cursor', 'too early')
    await settle()
    room.signal('cursor', { x: 1 })
    server.tell('chat:1', { type: 'signal', room: 'chat:1', signal: 'cursor', data: { x: 2 }, from: 'bo' })
    server.tell('chat:1', { type: 'signal', room: 'chat:1', signal: 'other', data: 0, from: 'bo' })
    await settle()
    expect([heard, server.sent('signal').map(({ data }) => data)]).toEqual([[[{ x: 2 }, 'bo']], [{ x: 1 }]])
  })

  it('do not leave for a room we are not in, though connected', async () => {
    const { client, server } = stage()
    client.retain('chat:1')
    await settle()
    client.room('chat:2').signal('cursor', 1)
    await settle()
    expect(server.sent('signal')).toHaveLength(0)
  })

  it('are dropped first when the pace is used up', async () => {
    const { client, server, pass } = stage()
    server.messagesPerSecond = 10
    const room = client.room('chat:1')
    client.retain('chat:1')
    await settle()
    for (let i = 0; i < 20; i++) room.signal('cursor', i)
    await pass(5_000)
    expect(server.sent('signal')).toHaveLength(10)
  })
})
