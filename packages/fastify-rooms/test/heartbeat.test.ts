import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { WebSocket } from 'ws'
import type { RawClient } from './support/raw-client.js'
import { startServer } from './support/test-server.js'

const PING_MS = 25_000
const PONG_MS = 10_000
/** The heart beats once a second. */
const BEAT_MS = 1_000

describe('liveness', () => {
  beforeEach(() => { vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }) })
  afterEach(() => { vi.useRealTimers() })

  /** A client, and the server's end of its socket. */
  async function connected(options: { autoPong?: boolean } = {}): Promise<{ client: RawClient; socket: WebSocket }> {
    const server = await startServer({ authenticate: async () => ({ id: 'ana' }) }, { jwt: false })
    const [[socket], client] = await Promise.all([once(server.app.websocketServer, 'connection') as Promise<[WebSocket]>, server.connect('ana', options)])
    return { client, socket }
  }

  test('a client silent for pingMs gets a ping frame; without an answer within 10 s it is ended', async () => {
    const { client, socket } = await connected({ autoPong: false })
    const pinged = once(client.socket, 'ping')
    vi.advanceTimersByTime(PING_MS + BEAT_MS)
    await pinged
    vi.advanceTimersByTime(PONG_MS - 2 * BEAT_MS)
    expect(socket.readyState).toBe(socket.OPEN)
    vi.advanceTimersByTime(2 * BEAT_MS)
    expect((await client.closed).code).toBe(1006)
  })
  test('a client whose WebSocket layer answers stays, however long it says nothing', async () => {
    const { client, socket } = await connected()
    for (let n = 0; n < 3; n++) {
      const answered = once(socket, 'pong')
      vi.advanceTimersByTime(PING_MS + BEAT_MS)
      await answered
    }
    await client.settled()
  })
  test('a client that speaks is not probed', async () => {
    const { client, socket } = await connected()
    let pings = 0
    client.socket.on('ping', () => { pings++ })
    for (let n = 0; n < 3; n++) {
      vi.advanceTimersByTime(PING_MS - BEAT_MS)
      const heard = once(socket, 'message')
      client.send({ type: 'pong' })
      await heard
    }
    await client.settled()
    expect(pings).toBe(0)
  })
  test('a client that has heard nothing for pingMs gets a ping object, because it cannot see ping frames', async () => {
    const { client } = await connected()
    vi.advanceTimersByTime(PING_MS - BEAT_MS)
    await client.settled()
    vi.advanceTimersByTime(PING_MS - BEAT_MS)
    await client.settled()
    expect(client.ofType('ping')).toEqual([])
    vi.advanceTimersByTime(PING_MS + BEAT_MS)
    expect(await client.next('ping')).toEqual({ type: 'ping' })
  })
})
