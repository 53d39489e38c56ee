import { describe, expect, it, vi } from 'vitest'
import type { AnyRoom, RoomsClient } from '../../src/client/index.js'
import type { PresenceStore } from '../../src/client/presence-store.js'
import type { RoomHandle } from '../../src/client/room-handle.js'
import { useStage } from '../stage.js'
import { settle } from '../fake-server.js'

const stage = useStage()
const presenceOf = (room: AnyRoom): PresenceStore => (room as RoomHandle).presenceView
const users = (room: AnyRoom): string[] => presenceOf(room).get().members.map(({ user }) => user)

async function joined(client: RoomsClient): Promise<AnyRoom> {
  client.retain('chat:1')
  await settle()
  return client.room('chat:1')
}

describe('presence', () => {
  it('is empty and not synced before the join', () => {
    const { client } = stage()
    expect(presenceOf(client.room('chat:1')).get()).toEqual({ members: [], others: [], self: undefined, size: 0, synced: false })
  })

  it('starts from the snapshot of the join and tells oneself from others', async () => {
    const { client, server } = stage()
    server.room('chat:1').add('bo')
    const room = await joined(client)
    const { members, others, self, size, synced } = presenceOf(room).get()
    expect([members.map(({ user }) => user), others.map(({ user }) => user), self?.user, size, synced]).toEqual([['ana', 'bo'], ['bo'], 'ana', 2, true])
  })

  it('is the same object until something changes', async () => {
    const { client, server } = stage()
    const room = await joined(client)
    const before = presenceOf(room).get()
    server.send('chat:1', 'message', 1)
    await settle()
    expect(presenceOf(room).get()).toBe(before)
    server.tell('chat:1', { type: 'presence', room: 'chat:1', left: [], joined: [], changed: [], size: 2 })
    await settle()
    expect(presenceOf(room).get()).not.toBe(before)
  })

  it('folds diffs: left, then joined, then changed', async () => {
    const { client, server } = stage()
    server.room('chat:1').add('bo')
    const room = await joined(client)
    const member = (user: string, connections: number) => ({ user, info: null, state: null, connections, since: 0 })
    server.tell('chat:1', { type: 'presence', room: 'chat:1', left: ['bo', 'ana'], joined: [member('bo', 1), member('cy', 1)], changed: [member('cy', 2)], size: 2 })
    await settle()
    expect(presenceOf(room).get().members).toEqual([member('bo', 1), member('cy', 2)])
  })

  it('takes nothing that was said of an earlier join for news: who came then may be gone', async () => {
    const { client, server } = stage()
    client.retain('chat:1')
    const bo = { user: 'bo', info: null, state: null, connections: 1, since: 0 }
    server.refuse = (socket) => {
      queueMicrotask(() => socket.write({ type: 'presence', room: 'chat:1', left: [], joined: [bo], changed: [], size: 2 }))
      return null
    }
    await settle()
    expect(users(client.room('chat:1'))).toEqual(['ana'])
  })

  it('loads the pages of a big room only when somebody reads them', async () => {
    const { client, server } = stage()
    server.pageSize = 3
    for (let i = 0; i < 9; i++) server.room('chat:1').add(`user${i}`)
    const room = await joined(client)
    expect([users(room).length, presenceOf(room).get().size, server.sent('members').length]).toEqual([3, 10, 0])
    presenceOf(room).subscribe(() => {})
    await settle()
    expect(users(room)).toEqual(['ana', ...Array.from({ length: 9 }, (_, i) => `user${i}`)])
    expect(server.sent('members').map(({ after }) => after)).toEqual(['user1', 'user4', 'user7'])
  })

  it('loads all pages at the join when a holder wants presence', async () => {
    const { client, server, pass } = stage()
    server.pageSize = 3
    for (let i = 0; i < 9; i++) server.room('chat:1').add(`user${i}`)
    client.retain('chat:1')
    client.retain('chat:1', { presence: true })
    await settle()
    expect(users(client.room('chat:1'))).toHaveLength(10)
    server.drop()
    await pass(250)
    expect(users(client.room('chat:1'))).toHaveLength(10)
  })

  it('keeps showing the last known members while away, not synced, and takes the new snapshot', async () => {
    const { client, server, pass } = stage()
    server.room('chat:1').add('bo')
    const room = await joined(client)
    const heard = vi.fn()
    presenceOf(room).subscribe(heard)
    server.drop()
    await settle()
    expect([users(room), presenceOf(room).get().synced]).toEqual([['ana', 'bo'], false])
    server.room('chat:1').add('cy')
    await pass(250)
    expect([users(room), presenceOf(room).get().synced]).toEqual([['ana', 'bo', 'cy'], true])
    expect(heard).toHaveBeenCalledTimes(2)
  })
})

describe('one\'s own state', () => {
  it('is known at once, told at most every 100 ms, the last value wins', async () => {
    const { client, server, pass } = stage()
    const room = client.room('chat:1')
    await joined(client)
    for (let x = 1; x <= 5; x++) room.setState({ x })
    room.setState({ y: 1 })
    expect((room as RoomHandle).ownView.get()).toEqual({ x: 5, y: 1 })
    await settle()
    expect(server.sent('presence').map(({ state }) => state)).toEqual([{ x: 1 }])
    await pass(100)
    expect(server.sent('presence').map(({ state }) => state)).toEqual([{ x: 1 }, { x: 5, y: 1 }])
    await pass(1_000)
    expect(server.sent('presence')).toHaveLength(2)
    room.setState({ x: 6 })
    await settle()
    expect(server.sent('presence')).toHaveLength(3)
  })

  it('travels with every join, and is never queued', async () => {
    const { client, server, pass } = stage()
    const room = client.room('chat:1')
    await joined(client)
    server.drop()
    await settle()
    room.setState({ x: 1 })
    room.setState({ x: 2 })
    await pass(250)
    await pass(1_000)
    expect([server.sent('join').map(({ state }) => state), server.sent('presence').length]).toEqual([[undefined, { x: 2 }], 0])
  })

  it('waits for its turn when the server\'s pace is used up', async () => {
    const { client, server, pass } = stage()
    server.messagesPerSecond = 10
    const room = client.room('chat:1')
    await joined(client)
    for (let i = 0; i < 10; i++) room.signal('cursor', i)
    room.setState({ x: 1 })
    await settle()
    expect(server.sent('presence')).toHaveLength(0)
    await pass(200)
    expect(server.sent('presence').map(({ state }) => state)).toEqual([{ x: 1 }])
  })

  it('is forgotten with the room', async () => {
    const { client, pass } = stage()
    const room = client.room('chat:1')
    const release = client.retain('chat:1', { state: { x: 1 } })
    await settle()
    release()
    await pass(2_000)
    expect((room as RoomHandle).ownView.get()).toBeNull()
  })
})
