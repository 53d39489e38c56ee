import { splitBatch, type ClientFrame } from 'rooms-protocol'
import { describe, expect, it } from 'vitest'
import { internalsOf } from '../../src/client/rooms-client.js'
import { settle } from '../fake-server.js'
import type { FakeSocket } from '../fake-socket.js'
import { useStage, type Stage } from '../stage.js'

const stage = useStage()

/** Each message of a socket as the types of its objects, a publish as its data. */
const said = ({ messages }: FakeSocket): unknown[][] =>
  messages.map((message) => splitBatch(message).map((line) => JSON.parse(line) as ClientFrame).map((frame) => (frame.type === 'publish' ? frame.data : frame.type)))

/** In the room, with what that took forgotten. */
async function live(staged: Stage = stage()) {
  const { client, server } = staged
  client.retain('chat:1')
  await settle()
  server.socket.messages.length = 0
  return { ...staged, room: client.room('chat:1'), socket: server.socket }
}

describe('what is said in one go', () => {
  it('leaves as one message, in order, in the next microtask', async () => {
    const { client, room, socket } = await live()
    client.retain('chat:2')
    const sent = [room.publish('message', 1)]
    room.signal('cursor', { x: 1 })
    sent.push(room.publish('message', 2))
    expect(socket.messages).toEqual([])
    await new Promise<void>(queueMicrotask)
    expect(said(socket)).toEqual([[1, 'signal', 2, 'join']])
    await Promise.all(sent)
  })

  it('joins all rooms in one message, at the first connect and at each other', async () => {
    const { client, server, pass } = stage()
    for (const name of ['chat:1', 'chat:2', 'chat:3']) client.retain(name)
    await settle()
    server.drop()
    await pass(250)
    expect(server.sockets.map(said)).toEqual([[['join', 'join', 'join']], [['join', 'join', 'join']]])
  })

  it('takes along what follows acks that came together', async () => {
    const { room, socket } = await live()
    const twice = async (n: number): Promise<void> => {
      await room.publish('message', n)
      await room.publish('message', n + 10)
    }
    await Promise.all([twice(1), twice(2)])
    expect(said(socket)).toEqual([[1, 2], [11, 12]])
  })

  it('ends with the microtask: what is said later is another message', async () => {
    const { room, socket } = await live()
    await room.publish('message', 1)
    await room.publish('message', 2)
    expect(said(socket)).toEqual([[1], [2]])
  })
})

describe('a message', () => {
  it('is never longer than batchBytes, whatever its characters take, and as long as it may', async () => {
    const staged = stage()
    staged.server.batchBytes = 1_000
    const { room, socket } = await live(staged)
    await Promise.all(Array.from({ length: 8 }, (_, n) => room.publish('message', '字'.repeat(50), { id: `id-${n}` })))
    expect(socket.messages.map((message) => splitBatch(message).length)).toEqual([2, 2, 2, 2])
    for (const message of socket.messages) expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1_000)
    expect(socket.messages.flatMap(splitBatch).map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(Array.from({ length: 8 }, (_, n) => `id-${n}`))
  })

  it('of one object is as long as that', async () => {
    const staged = stage()
    staged.server.batchBytes = 10
    const { room, socket } = await live(staged)
    await Promise.all([room.publish('message', 1), room.publish('message', 2)])
    expect(said(socket)).toEqual([[1], [2]])
  })
})

describe('what was said right before a session ends', () => {
  it.each([
    ['the client is closed', ({ client }: Stage) => void client.close()],
    ['the page goes into the back/forward cache', ({ client }: Stage) => internalsOf(client).allConnections()[0]!.hinted('pagehide')],
  ])('leaves when %s', async (_, end) => {
    const staged = await live()
    const { room, server, socket } = staged
    const sent = room.publish('message', 1)
    sent.catch(() => {})
    room.signal('cursor', { x: 1 })
    end(staged)
    expect([said(socket), socket.closedByClient]).toEqual([[[1, 'signal']], 1000])
    await settle()
    expect([server.sent('publish').length, server.sent('signal').length]).toEqual([1, 1])
  })

  it('from the other side goes to no other session by itself: what waits for an ack is sent again, once', async () => {
    const { room, server, socket, pass } = await live()
    const acks = [1, 2].map((n) => room.publish('message', n))
    room.signal('cursor', { x: 1 })
    server.drop()
    await pass(250)
    const settled = await Promise.all(acks)
    expect([said(socket), said(server.socket)]).toEqual([[], [['join'], [1, 2]]])
    expect(settled.map(({ position, duplicate }) => [position!.split(':')[1], duplicate])).toEqual([['1', undefined], ['2', undefined]])
    expect(server.room('chat:1').events.map(({ data }) => data)).toEqual([1, 2])
  })
})
