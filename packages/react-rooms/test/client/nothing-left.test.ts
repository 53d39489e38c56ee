// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRoomsClient, RoomChangedError } from '../../src/client/index.js'
import { internalsOf } from '../../src/client/rooms-client.js'
import { FakeServer, settle } from '../fake-server.js'
import { useStage } from '../stage.js'

const stage = useStage()
/** Listeners the client has on the page. */
let listeners = 0
beforeEach(() => {
  listeners = 0
  const add = globalThis.addEventListener.bind(globalThis)
  vi.spyOn(globalThis, 'addEventListener').mockImplementation((type: string, listener: unknown, options?: unknown) => {
    listeners++
    ;(options as { signal?: AbortSignal } | undefined)?.signal?.addEventListener('abort', () => listeners--)
    add(type, listener as () => void, options as AddEventListenerOptions)
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** Sockets open at the server, armed timers, listeners on the page. */
const left = (server: FakeServer): number[] => [server.open.length, vi.getTimerCount(), listeners]

describe('two hundred', () => {
  it('clients that lived a full life leave no socket, timer, listener or room', async () => {
    for (let n = 0; n < 200; n++) {
      const { client, server, pass } = stage({ share: n % 2 === 0, getToken: () => 'ana' }, Object.assign(new FakeServer(), { expiresInMs: 60_000 }))
      const room = client.room('chat:1')
      const off = room.on('message', () => {})
      const release = client.retain(`order:${n}`, { presence: true, state: { here: true } })
      await settle()
      expect(left(server)[2]).toBe(5)
      room.setTyping(true)
      room.setState({ here: false })
      room.setState({ here: true })
      server.tell('chat:1', { type: 'typing', room: 'chat:1', user: 'bo', on: true })
      server.holdAcks = true
      const sent = room.publish('message', n).catch((error: unknown) => error)
      if (n % 3 === 0) server.drop()
      if (n % 3 === 1) {
        off()
        release()
        await pass(3_000)
      }
      await client.close()
      await settle()
      expect([await sent instanceof Error, left(server), [...internalsOf(client).heldRooms()].length]).toEqual([true, [0, 0, 0], 0])
    }
  })

  it('rooms of one client, held and let go of, leave no socket, timer, listener or room', async () => {
    const { client, server, pass } = stage()
    for (let n = 0; n < 200; n++) {
      const release = client.retain(`chat:${n}`)
      const stop = client.room(`chat:${n}`).on('message', () => {})
      await settle()
      expect(client.room(`chat:${n}`).status()).toBe('live')
      release()
      stop()
      if (n % 20 === 0) await pass(2_000)
    }
    await pass(2_000)
    expect(left(server)).toEqual([0, 0, 0])
    expect([...internalsOf(client).heldRooms(), ...[...server.rooms.values()].filter(({ members }) => members.length > 0)]).toEqual([])
  })
})

describe('nothing is left armed', () => {
  it('when a client is closed in the very turn in which something was held or published', async () => {
    const server = new FakeServer()
    const client = createRoomsClient({ url: 'https://example.test', WebSocket: server.WebSocket })
    client.retain('chat:1')
    const sent = client.room('chat:2').publish('message', 1)
    await client.close()
    await expect(sent).rejects.toMatchObject({ code: 'unavailable' })
    await settle()
    expect(left(server)).toEqual([0, 0, 0])
  })

  it.each([['disconnected by the server', 4010, 'never', 1], ['refused twice', 4001, 'refresh', 2]] as const)('when it was %s', async (_, code, retry, sockets) => {
    const { client, server } = stage()
    client.retain('chat:1')
    await settle()
    server.refuse = () => ({ code, retry })
    server.bye(code, retry)
    await settle()
    expect([server.sockets.length, vi.getTimerCount()]).toEqual([sockets, 0])
  })

  it('when the network goes while a room waits to be joined again, but the next attempt', async () => {
    const { client, server } = stage()
    client.retain('chat:1')
    await settle()
    server.tell('chat:1', { type: 'left', room: 'chat:1', code: 4130, reason: 'busy', retry: 'backoff' })
    await settle()
    const waiting = vi.getTimerCount()
    server.drop()
    await settle()
    // The one for the room is gone, and so is the watch over the socket; what comes is the attempt, and being lost.
    expect([waiting, vi.getTimerCount()]).toEqual([2, 2])
  })
})

it('a room changed A, B, A within the linger: one socket, nothing sent to the wrong room, what was queued rejected', async () => {
  const { client, server, pass } = stage()
  const a = client.room('chat:a')
  let release = client.retain('chat:a')
  await settle()
  server.hang = true
  server.drop()
  const queued = a.publish('message', 'for a')
  release()
  release = client.retain('chat:b')
  await expect(queued).rejects.toBeInstanceOf(RoomChangedError)
  release()
  client.retain('chat:a')
  server.hang = false
  await pass(1_000)
  expect([client.room('chat:a') === a, a.status(), server.sockets.length, server.open.length]).toEqual([true, 'live', 2, 1])
  expect([server.sent('publish').length, server.room('chat:a').events.length, server.room('chat:b').events.length]).toEqual([0, 0, 0])
  await a.publish('message', 'for a now')
  expect([server.room('chat:a').events.map(({ data }) => data), server.room('chat:b').events.length]).toEqual([['for a now'], 0])
})
