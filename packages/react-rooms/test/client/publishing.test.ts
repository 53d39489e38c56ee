import { describe, expect, it, vi } from 'vitest'
import { RoomChangedError, RoomsPublishError } from '../../src/client/index.js'
import { useStage } from '../stage.js'
import { settle } from '../fake-server.js'

const stage = useStage()
const texts = (frames: readonly { data: unknown }[]): unknown[] => frames.map(({ data }) => data)

describe('publishing while away', () => {
  it('waits, and leaves in order once the room is joined', async () => {
    const { client, server, pass } = stage()
    const room = client.room('chat:1')
    client.retain('chat:1')
    const first = room.publish('message', 1)
    await settle()
    server.drop()
    await settle()
    const rest = [2, 3].map((n) => room.publish('message', n))
    expect(client.connection().queued).toBe(2)
    await pass(250)
    const acks = await Promise.all([first, ...rest])
    expect([texts(server.sent('publish')), acks.map(({ position }) => position!.split(':')[1]), client.connection().queued]).toEqual([[1, 2, 3], ['1', '2', '3'], 0])
  })

  it('sends again with the same id what was not acknowledged, and the server does it once', async () => {
    const { client, server, pass } = stage()
    const room = client.room('chat:1')
    client.retain('chat:1')
    await settle()
    server.holdAcks = true
    const sent = room.publish('message', 1, { id: 'mine' })
    await settle()
    server.drop()
    server.holdAcks = false
    await pass(250)
    await expect(sent).resolves.toMatchObject({ id: 'mine' })
    expect(server.sent('publish').map(({ id }) => id)).toEqual(['mine', 'mine'])
    expect(server.room('chat:1').events).toHaveLength(1)
  })

  it('settles both callers who use the same id', async () => {
    const { client, server } = stage()
    const room = client.room('chat:1')
    const both = [room.publish('message', 1, { id: 'mine' }), room.publish('message', 1, { id: 'mine' })]
    const acks = await Promise.all(both)
    expect([acks.map(({ id }) => id), server.room('chat:1').events.length]).toEqual([['mine', 'mine'], 1])
  })

  it('rejects as unavailable what could not be sent within maxAgeMs', async () => {
    const { client, server, pass } = stage()
    server.down = true
    const sent = client.room('chat:1').publish('message', 1)
    const outcome = vi.fn()
    sent.catch(outcome)
    await pass(29_750)
    expect(outcome).not.toHaveBeenCalled()
    await pass(250)
    await expect(sent).rejects.toMatchObject({ name: 'RoomsPublishError', code: 'unavailable' })
    expect(client.connection().queued).toBe(0)
  })

  it('rejects as uncertain what was sent and never confirmed', async () => {
    const { client, server, pass } = stage()
    server.holdAcks = true
    client.retain('chat:1')
    const sent = client.room('chat:1').publish('message', 1, { id: 'mine' })
    const outcome = expect(sent).rejects.toMatchObject({ code: 'uncertain', id: 'mine' })
    await pass(30_000)
    await outcome
  })

  it('notices on waking that it is too late, by the wall clock', async () => {
    const { client, server, pass } = stage()
    client.retain('chat:1')
    await settle()
    server.down = true
    server.drop()
    await settle()
    const sent = client.room('chat:1').publish('message', 1)
    const outcome = expect(sent).rejects.toMatchObject({ code: 'unavailable' })
    // The machine slept: timers stood still, the clock did not.
    vi.setSystemTime(Date.now() + 3_600_000)
    server.down = false
    client.retryNow()
    await pass(250)
    await outcome
    expect(server.sent('publish')).toHaveLength(0)
  })

  it('never keeps a publish longer than 240 s, whatever is asked', async () => {
    const { client, server, pass } = stage({ queue: { maxAgeMs: 3_600_000 } })
    server.down = true
    const outcome = expect(client.room('chat:1').publish('message', 1)).rejects.toMatchObject({ code: 'unavailable' })
    await pass(240_000)
    await outcome
  })

  it('rejects at once with queue: false', async () => {
    const { client } = stage()
    await expect(client.room('chat:1').publish('message', 1, { queue: false })).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('does not reject with queue: false when joined', async () => {
    const { client } = stage()
    client.retain('chat:1')
    await settle()
    await expect(client.room('chat:1').publish('message', 1, { queue: false })).resolves.toBeDefined()
  })
})

describe('the bounds of the queue', () => {
  it('reject what would be too many', async () => {
    const { client, server } = stage({ queue: { max: 2 } })
    server.down = true
    const room = client.room('chat:1')
    void room.publish('message', 1)
    void room.publish('message', 2)
    await expect(room.publish('message', 3)).rejects.toMatchObject({ code: 'queue_full' })
    expect(client.connection().queued).toBe(2)
  })

  it('reject what would be too many bytes of UTF-8', async () => {
    const { client, server } = stage({ queue: { maxBytes: 400 } })
    server.down = true
    const room = client.room('chat:1')
    void room.publish('message', 'x'.repeat(150))
    await expect(room.publish('message', 'é'.repeat(75))).rejects.toMatchObject({ code: 'queue_full' })
    void room.publish('message', 'x'.repeat(30))
    expect(client.connection().queued).toBe(2)
  })

  it('reject an object longer than the server takes, before it could end the connection', async () => {
    const { client, server } = stage()
    server.messageBytes = 1_000
    client.retain('chat:1')
    await settle()
    await expect(client.room('chat:1').publish('message', 'é'.repeat(500))).rejects.toMatchObject({ code: 'too_large' })
    expect(server.sent('publish')).toHaveLength(0)
  })

  it('do not matter to an object that is too long however much waits', async () => {
    const { client, server } = stage({ queue: { max: 1, maxBytes: 500 } })
    Object.assign(server, { messageBytes: 1_000, holdAcks: true })
    client.retain('chat:1')
    await settle()
    client.room('chat:1').publish('message', 1).catch(() => {})
    await expect(client.room('chat:1').publish('message', 'é'.repeat(500))).rejects.toMatchObject({ code: 'too_large' })
    expect(client.connection().queued).toBe(1)
  })

  it('are held to the limit of the server that they reach, not to another', async () => {
    const { client, server } = stage()
    server.messageBytes = 100_000
    client.retain('chat:1')
    const sent = client.room('chat:1').publish('message', 'x'.repeat(90_000))
    const long = client.room('chat:1').publish('message', 'x'.repeat(110_000))
    await expect(long).rejects.toMatchObject({ code: 'too_large' })
    await expect(sent).resolves.toMatchObject({ room: 'chat:1' })
    expect(server.sent('publish')).toHaveLength(1)
  })

  it('may have been done though the next server takes no more so long ones', async () => {
    const { client, server, pass } = stage()
    client.retain('chat:1')
    await settle()
    server.holdAcks = true
    const sent = client.room('chat:1').publish('message', 'x'.repeat(200))
    await settle()
    server.messageBytes = 100
    server.drop()
    await Promise.all([expect(sent).rejects.toMatchObject({ code: 'uncertain' }), pass(250)])
  })

  it('reject what JSON cannot say, without throwing', async () => {
    const { client } = stage()
    await expect(client.room('chat:1').publish('message', 1n)).rejects.toBeInstanceOf(TypeError)
    expect(client.connection().queued).toBe(0)
  })
})

describe('what the server answers', () => {
  it('rejects with its code, message and issues', async () => {
    const { client, server } = stage()
    server.handle = () => ({ error: 'invalid_data', issues: [{ path: 'text', message: 'expected a string' }] })
    const sent = client.room('chat:1').publish('message', 1, { id: 'mine' })
    await expect(sent).rejects.toBeInstanceOf(RoomsPublishError)
    await expect(sent).rejects.toMatchObject({ code: 'invalid_data', id: 'mine', message: 'invalid_data by the test', issues: [{ path: 'text', message: 'expected a string' }] })
  })

  it('waits as told when it is too fast, and keeps the order', async () => {
    const { client, server, pass } = stage()
    let limited = true
    server.handle = (frame) => limited ? { error: 'rate_limited', retryAfterMs: 3_000 } : { data: frame.data }
    client.retain('chat:1')
    await settle()
    const room = client.room('chat:1')
    const sent = [1, 2, 3].map((n) => room.publish('message', n))
    await settle()
    limited = false
    await pass(2_750)
    expect(server.room('chat:1').events).toHaveLength(0)
    await pass(250)
    await Promise.all(sent)
    expect(texts(server.room('chat:1').events)).toEqual([1, 2, 3])
  })

  it('asks again with the same id where the server is uncertain', async () => {
    const { client, server, pass } = stage()
    server.handle = () => ({ error: 'uncertain' })
    client.retain('chat:1')
    await settle()
    const sent = client.room('chat:1').publish('message', 1, { id: 'mine' })
    await pass(9_750)
    expect(server.sent('publish')).toHaveLength(1)
    server.handle = (frame) => ({ data: frame.data })
    await pass(250)
    await expect(sent).resolves.toMatchObject({ id: 'mine' })
  })

  it('asks again, and probes the socket, when an ack is overdue', async () => {
    const { client, server, pass } = stage({ ackTimeoutMs: 1_000 })
    server.holdAcks = true
    client.retain('chat:1')
    await settle()
    void client.room('chat:1').publish('message', 1, { id: 'mine' })
    await pass(1_000)
    expect([server.sent('publish').map(({ id }) => id), server.sent('ping').length]).toEqual([['mine', 'mine'], 1])
  })

  it('paces itself by what the server announced', async () => {
    const { client, server, pass } = stage()
    server.messagesPerSecond = 10
    client.retain('chat:1')
    await settle()
    const room = client.room('chat:1')
    const sent = Array.from({ length: 30 }, (_, n) => room.publish('message', n))
    await settle()
    expect(server.sent('publish')).toHaveLength(10)
    await pass(1_000)
    expect(server.sent('publish')).toHaveLength(20)
    await pass(1_000)
    await Promise.all(sent)
    expect(texts(server.sent('publish'))).toEqual(Array.from({ length: 30 }, (_, n) => n))
  })
})

describe('a publish whose room goes away', () => {
  it('rejects with RoomChangedError when it was still queued, and is never sent', async () => {
    const { client, server, pass } = stage()
    server.down = true
    const release = client.retain('chat:1')
    const sent = client.room('chat:1').publish('message', 1)
    release()
    client.retain('chat:2')
    await expect(sent).rejects.toBeInstanceOf(RoomChangedError)
    await expect(sent).rejects.toBeInstanceOf(RoomsPublishError)
    server.down = false
    await pass(1_000)
    expect(server.sent('publish')).toHaveLength(0)
  })

  it('is still confirmed when it had left', async () => {
    const { client, server, pass } = stage()
    const release = client.retain('chat:1')
    await settle()
    server.holdAcks = true
    const sent = client.room('chat:1').publish('message', 1, { id: 'mine' })
    await settle()
    release()
    await pass(500)
    server.socket.write({ type: 'ack', id: 'mine', room: 'chat:1' })
    await expect(sent).resolves.toMatchObject({ id: 'mine' })
  })

  it('goes through when the room is held again within the same turn', async () => {
    const { client } = stage()
    const release = client.retain('chat:1')
    const sent = client.room('chat:1').publish('message', 1)
    release()
    client.retain('chat:1')
    await expect(sent).resolves.toBeDefined()
  })

  it('holds the room itself when nobody does, and lets go of it afterwards', async () => {
    const { client, server, pass } = stage()
    await client.room('chat:1').publish('message', 1)
    expect(server.inRoom('chat:1')).toHaveLength(1)
    await pass(2_000)
    expect(server.open).toHaveLength(0)
  })

  it('rejects as forbidden when the room refuses us, now and later', async () => {
    const { client, server } = stage()
    server.denied.add('chat:1')
    client.retain('chat:1')
    const sent = client.room('chat:1').publish('message', 1)
    await expect(sent).rejects.toMatchObject({ code: 'forbidden' })
    await expect(client.room('chat:1').publish('message', 2)).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('settles in time though the clock was set back', async () => {
    const { client, server, pass } = stage()
    client.retain('chat:1')
    await settle()
    server.down = true
    server.drop()
    const settled = expect(client.room('chat:1').publish('message', 1)).rejects.toMatchObject({ code: 'unavailable' })
    vi.setSystemTime(Date.now() - 3_600_000)
    await Promise.all([settled, pass(30_000)])
  })

  it('is told of each of two with the same id, and settles by none that answers something else', async () => {
    const { client, server } = stage()
    client.retain('chat:1')
    await settle()
    server.holdAcks = true
    const room = client.room('chat:1')
    const [first, second] = [1, 2].map((n) => room.publish('message', n, { id: 'auth' }))
    await settle()
    server.socket.write({ type: 'ack', id: 'other' }, { type: 'ack', id: 'auth' }, { type: 'error', code: 'conflict', message: 'other content', id: 'auth' })
    await expect(first).resolves.toEqual({ type: 'ack', id: 'auth' })
    await expect(second).rejects.toMatchObject({ code: 'conflict' })
  })

  it('rejects when the client is closed', async () => {
    const { client, server } = stage()
    client.retain('chat:1')
    await settle()
    server.holdAcks = true
    const sent = client.room('chat:1').publish('message', 1)
    await settle()
    await client.close()
    await expect(sent).rejects.toMatchObject({ code: 'uncertain' })
  })
})

it('a rejection nobody listens to is no unhandledrejection', async () => {
  const heard = vi.fn()
  globalThis.process.on('unhandledRejection', heard)
  const { client } = stage()
  void client.room('chat:1').publish('message', 1, { queue: false })
  void client.room('chat:1').publish('message', 1n)
  await settle()
  vi.useRealTimers()
  await new Promise(setImmediate)
  globalThis.process.off('unhandledRejection', heard)
  expect(heard).not.toHaveBeenCalled()
})
