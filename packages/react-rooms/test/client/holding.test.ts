import { describe, expect, it, vi } from 'vitest'
import { useStage } from '../stage.js'
import { settle } from '../fake-server.js'

const stage = useStage()

describe('holding a room', () => {
  it('gives the same handle for the same name', () => {
    const { client } = stage()
    expect(client.room('chat:1')).toBe(client.room('chat:1'))
    expect(client.room('chat:1').kind).toBe('chat')
  })

  it('opens nothing for a hold that ends in the same turn', async () => {
    const { client, server, pass } = stage()
    client.retain('chat:1')()
    await pass(5_000)
    expect([server.sockets.length, client.connection().status]).toEqual([0, 'idle'])
  })

  it('opens one socket when a hold is taken, dropped and taken again in one turn', async () => {
    const { client, server, pass } = stage()
    client.retain('chat:1')()
    client.retain('chat:1')
    await pass(5_000)
    expect([server.sockets.length, server.sent('join').length, client.room('chat:1').status()]).toEqual([1, 1, 'live'])
  })

  it('stays joined for the linger, then leaves and closes the socket', async () => {
    const { client, server, pass } = stage()
    const release = client.retain('chat:1')
    await settle()
    release()
    release()
    await pass(1_999)
    expect(server.inRoom('chat:1')).toHaveLength(1)
    await pass(1)
    expect([server.sent('leave').length, server.open.length, server.socket.closedByClient]).toEqual([1, 0, 1000])
    expect([client.connection().status, client.room('chat:1').status(), client.room('chat:1').position()]).toEqual(['idle', 'left', null])
  })

  it('keeps the subscription when held again within the linger', async () => {
    const { client, server, pass } = stage()
    const release = client.retain('chat:1')
    await settle()
    release()
    await pass(1_500)
    client.retain('chat:1')
    await pass(5_000)
    expect([server.sent('join').length, server.sent('leave').length, client.room('chat:1').status()]).toEqual([1, 0, 'live'])
  })

  it('leaves one room and keeps the connection for the other', async () => {
    const { client, server, pass } = stage()
    const release = client.retain('chat:1')
    client.retain('chat:2')
    await settle()
    release()
    await pass(2_000)
    expect([server.inRoom('chat:1').length, server.inRoom('chat:2').length, server.sockets.length]).toEqual([0, 1, 1])
  })

  it('is joining from the hold on', async () => {
    const { client, pass } = stage()
    client.retain('chat:1')()
    const release = client.retain('chat:1')
    await settle()
    release()
    await pass(2_000)
    expect(client.room('chat:1').status()).toBe('left')
    client.retain('chat:1')
    expect([client.room('chat:1').status(), client.room('chat:1').recoverable()]).toEqual(['joining', true])
  })

  it('joins afresh after it left, and the answer to the leave does not disturb that', async () => {
    const { client, server } = stage()
    client.retain('chat:2')
    const release = client.retain('chat:1')
    await settle()
    server.send('chat:1', 'message', 1)
    release()
    await settle()
    // Held again before the server could answer.
    vi.advanceTimersByTime(2_000)
    client.retain('chat:1')
    await settle()
    expect([server.sent('join').filter(({ room }) => room === 'chat:1').map(({ position }) => position), client.room('chat:1').status()]).toEqual([[undefined, undefined], 'live'])
  })

  it('counts every holder, listeners among them', async () => {
    const { client, server, pass } = stage()
    const room = client.room('chat:1')
    const ends = [client.retain('chat:1'), room.on('message', () => {}), room.onAny(() => {}), room.onEvents(() => {}), room.onSignal('cursor', () => {}), room.onReset(() => {}), room.onJoined(() => {})]
    for (const end of ends) {
      await pass(3_000)
      expect(server.inRoom('chat:1')).toHaveLength(1)
      end()
    }
    await pass(2_000)
    expect(server.open).toHaveLength(0)
  })

  it('joins with the first rewind and the first state that holders gave', async () => {
    const { client, server } = stage()
    client.room('chat:1').on('message', () => {})
    client.retain('chat:1', { rewind: 5, state: { status: 'here' } })
    client.retain('chat:1', { rewind: 9, state: { status: 'away' } })
    await settle()
    expect(server.sent('join')).toMatchObject([{ rewind: 5, state: { status: 'here' } }])
  })

  it('replays as many events as it was asked to rewind, marked as history', async () => {
    const { client, server } = stage()
    for (const n of [1, 2, 3]) server.missed('chat:1', 'message', n)
    const heard: unknown[] = []
    client.room('chat:1').on('message', (data, { replayed }) => heard.push([data, replayed]))
    client.retain('chat:1', { rewind: 2 })
    await settle()
    server.send('chat:1', 'message', 4)
    await settle()
    expect(heard).toEqual([[2, true], [3, true], [4, false]])
  })

  it('refuses a name outside the grammar, saying the cure', () => {
    const { client } = stage()
    expect(() => client.room('user:ana@example.com')).toThrow(/roomName\(kind, text\)/)
  })

  it('holds nothing once closed', async () => {
    const { client, server, pass } = stage()
    client.retain('chat:1')
    await settle()
    client.retain('chat:2')
    await client.close()
    expect(client.room('chat:2').status()).toBe('left')
    client.retain('chat:3')
    client.retryNow()
    await pass(60_000)
    expect([client.connection().status, server.open.length, server.sockets.length]).toEqual(['closed', 0, 1])
  })
})

describe('a room that refuses us', () => {
  it('is refused, leaves the connection alone, and is not tried again', async () => {
    const { client, server, pass } = stage()
    server.denied.add('chat:1')
    client.retain('chat:1')
    client.retain('chat:2')
    await settle()
    server.drop()
    await pass(60_000)
    expect([client.room('chat:1').status(), client.room('chat:2').status(), client.connection().status]).toEqual(['refused', 'live', 'connected'])
    expect(server.sent('join').filter(({ room }) => room === 'chat:1')).toHaveLength(1)
    expect(client.room('chat:1').recoverable()).toBe(false)
  })

  it('is tried again when told to', async () => {
    const { client, server } = stage()
    server.denied.add('chat:1')
    client.retain('chat:1')
    await settle()
    server.denied.clear()
    client.retryNow()
    await settle()
    expect(client.room('chat:1').status()).toBe('live')
  })

  it('after a recheck becomes refused', async () => {
    const { client, server } = stage()
    client.retain('chat:1')
    await settle()
    server.tell('chat:1', { type: 'left', room: 'chat:1', code: 4003, reason: 'forbidden', retry: 'never' })
    await settle()
    expect(client.room('chat:1').status()).toBe('refused')
  })

  it('that was closed under its members is left', async () => {
    const { client, server } = stage()
    client.retain('chat:1')
    await settle()
    server.tell('chat:1', { type: 'left', room: 'chat:1', code: 4010, reason: 'disconnected', retry: 'never' })
    await settle()
    expect(client.room('chat:1').status()).toBe('left')
  })

  it('that cannot be joined just now is joined later', async () => {
    const { client, server, pass } = stage()
    client.retain('chat:1')
    await settle()
    server.tell('chat:1', { type: 'left', room: 'chat:1', code: 1013, reason: 'the broker is away', retry: 'backoff' })
    await settle()
    expect(client.room('chat:1').status()).toBe('catching-up')
    await pass(2_000)
    expect([client.room('chat:1').status(), server.sent('join').length]).toEqual(['live', 2])
  })

  it('is not asked for twice, which would look like something was missed and replay its past twice', async () => {
    const { client, server } = stage()
    const told: unknown[] = []
    for (const n of [1, 2, 3]) server.missed('chat:1', 'message', n)
    client.retain('chat:1', { rewind: 3 })
    client.room('chat:1').on('message', (data) => told.push(data))
    client.room('chat:1').onReset((reason) => told.push(reason))
    const stop = client.subscribe(() => {
      if (client.connection().status === 'connected') client.retryNow()
    })
    await settle()
    stop()
    expect([told, server.sent('join').length]).toEqual([[1, 2, 3], 1])
  })
})
