import { describe, expect, it, vi } from 'vitest'
import type { RoomsClientOptions } from '../../../src/client/index.js'
import { internalsOf } from '../../../src/client/rooms-client.js'
import { settle } from '../../fake-server.js'
import { useStage } from '../../stage.js'
import { answer, event, joined, overHttp, positionAt, welcome } from './fake-http.js'

const stage = useStage()
const ROOMS = ['chat:1', 'chat:2'] as const

/** A client live in two rooms, each over a stream. */
async function live(options: Partial<RoomsClientOptions> = {}, welcomed: Parameters<typeof welcome>[0] = {}) {
  const staged = overHttp(stage, 'sse', options)
  const { client, http, pass } = staged
  const heard = ROOMS.map((name) => {
    const events: unknown[] = []
    client.room(name).on('message', (data) => void events.push(data))
    return events
  })
  await pass(1)
  ROOMS.forEach((name, index) => http.last(`/sse/${name}`).stream(welcome({ connection: `c${index + 1}`, ...welcomed }), joined(name)))
  await pass(1)
  const statuses = () => ROOMS.map((name) => client.room(name).status())
  expect(statuses()).toEqual(['live', 'live'])
  const hint = (name: 'online' | 'pagehide'): void => internalsOf(client).allConnections().forEach((connection) => connection.hinted(name))
  /** Lets time pass in which the server keeps the streams open with a comment now and then. */
  const passAwake = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 10_000) {
      await pass(Math.min(left, 10_000))
      for (const exchange of http.open('/sse')) if (exchange.state === 'streaming') exchange.stream()
    }
  }
  return { ...staged, heard, statuses, hint, passAwake }
}

describe('a client over event streams', () => {
  it('goes on by polls, in the same session, where a proxy lets through only what fills its buffer', async () => {
    const { http, client, pass } = overHttp(stage, 'sse')
    const heard: unknown[] = []
    client.room('chat:1').on('message', (data) => void heard.push(data))
    await pass(1)
    http.last('/sse').streamHeldBack(welcome(), joined('chat:1'))
    await pass(2_999)
    expect([client.connection().transport, http.to('/poll').length]).toEqual(['sse', 0])
    await pass(2)
    expect([http.last('/sse').state, http.last('/poll').body.rooms]).toEqual(['aborted', { 'chat:1': positionAt(0) }])
    http.last('/poll').answer(answer([welcome({ connection: 'p1' }), joined('chat:1', 1, { recovered: true, replay: 1 }), event('chat:1', 1)], { 'chat:1': 1 }))
    await pass(1)
    expect([client.connection().transport, client.connection().status, heard.length]).toEqual(['poll', 'connected', 1])
  })

  it('has one for each room, and one session', async () => {
    const { http, client, heard, pass } = await live()
    http.last('/sse/chat:1').stream(event('chat:1', 1))
    http.last('/sse/chat:2').stream(event('chat:2', 1), event('chat:2', 2))
    await pass(1)
    expect([heard, client.connection().transport, http.to('/sse').length]).toEqual([[[1], [1, 2]], 'sse', 2])
    expect(http.last('/sse').header('authorization')).toBe('Bearer ana')
  })

  it('goes on where it stood when one stream breaks', async () => {
    const { http, client, statuses, pass } = await live()
    http.last('/sse/chat:1').stream(event('chat:1', 1))
    await pass(1)
    http.last('/sse/chat:2').end()
    await pass(1)
    expect([client.connection().status, http.open('/').length]).toEqual(['reconnecting', 0])
    await pass(500)
    expect(http.open('/sse').map(({ url }) => url.searchParams.get('position'))).toEqual([positionAt(1), positionAt(0)])
    http.last('/sse/chat:1').stream(welcome(), joined('chat:1', 1, { recovered: true }))
    http.last('/sse/chat:2').stream(welcome(), joined('chat:2', 0, { recovered: true }))
    await pass(1)
    expect(statuses()).toEqual(['live', 'live'])
  })

  it('leaves only the room from which the server sends it away', async () => {
    for (const code of [4003, 4010]) {
      const { http, client, statuses, heard, pass } = await live()
      http.last('/sse/chat:2').stream({ type: 'bye', code, reason: 'sent away', retry: 'never' })
      await pass(1)
      http.last('/sse/chat:1').stream(event('chat:1', 1))
      await pass(1)
      expect([client.connection().status, statuses(), heard[0]]).toEqual(['connected', ['live', code === 4003 ? 'refused' : 'left'], [1]])
      await client.close()
    }
  })

  it('is told of a room that refused it before another one welcomed it', async () => {
    const { http, client, pass } = overHttp(stage, 'sse')
    for (const name of ROOMS) client.retain(name)
    await pass(1)
    const forbidden = { type: 'bye', code: 4003, reason: 'forbidden', retry: 'never' }
    http.last('/sse/chat:2').answer(forbidden, 403)
    await pass(1)
    expect(client.room('chat:2').status()).toBe('joining')
    http.last('/sse/chat:1').stream(welcome(), joined('chat:1'))
    await pass(1)
    http.last('/sse/chat:2').answer(forbidden, 403)
    await pass(1)
    expect([client.connection().status, ROOMS.map((name) => client.room(name).status()), http.open('/sse').length]).toEqual(['connected', ['live', 'refused'], 1])
  })

  it('goes on with a poll, quietly, when every room refuses it in the end', async () => {
    const { http, client, statuses, pass } = await live()
    for (const name of ROOMS) http.last(`/sse/${name}`).stream({ type: 'bye', code: 4003, reason: 'sent away', retry: 'never' })
    await pass(1)
    const refused = ROOMS.map((room) => ({ type: 'left', room, code: 4003, reason: 'forbidden', retry: 'never' }) as const)
    http.last('/poll').answer(answer([welcome({ connection: 'c3' }), ...refused], {}))
    await pass(100_000)
    expect([client.connection().status, statuses(), http.open('/').length, http.to('/poll').length]).toEqual(['connected', ['refused', 'refused'], 0, 1])
  })

  it('stops when it is sent away from all', async () => {
    const { http, client, pass } = await live()
    for (const name of ROOMS) http.last(`/sse/${name}`).stream({ type: 'bye', code: 4010, reason: 'disconnected', retry: 'never' })
    await pass(1)
    expect([client.connection().status, http.open('/').length]).toEqual(['closed', 0])
  })

  it('ends the session for a bye that concerns all, and asks as it says', async () => {
    const { http, client, pass } = await live()
    http.last('/sse/chat:2').stream({ type: 'bye', code: 4200, reason: 'draining', retry: 'now', retryAfterMs: 4_000 })
    await pass(3_900)
    expect([client.connection().status, http.open('/').length]).toEqual(['reconnecting', 0])
    await pass(200)
    expect(http.open('/sse').length).toBe(2)
  })

  it('asks for each stream once when several things say that it should look', async () => {
    const { http, hint, client, statuses, pass } = await live()
    hint('online')
    hint('online')
    hint('online')
    await pass(1)
    expect(http.to('/sse').map(({ state }) => state)).toEqual(['aborted', 'aborted', 'open', 'open'])
    for (const name of ROOMS) http.last(`/sse/${name}`).stream(welcome(), joined(name, 0, { recovered: true }))
    await pass(60)
    expect([client.connection().status, statuses()]).toEqual(['connected', ['live', 'live']])
  })

  it('gives up a stream that says nothing within 3 s', async () => {
    const { http, hint, client, pass } = await live()
    hint('online')
    await pass(2_900)
    expect(client.connection().status).toBe('connected')
    await pass(200)
    expect([client.connection().status, http.open('/').length]).toEqual(['reconnecting', 0])
  })

  it('takes a page of somebody else for no stream', async () => {
    const { http, client, pass } = overHttp(stage, 'sse')
    client.retain('chat:1')
    await pass(1)
    http.last('/sse').answer('<html>Sign in to this hotel</html>')
    await pass(1)
    expect([client.connection().status, client.connection().lastSyncedAt]).toEqual(['reconnecting', null])
  })

  it('begins anew when a stream finds another user signed in', async () => {
    const { http, client, pass } = overHttp(stage, 'sse', { getToken: () => null })
    const resets: string[] = []
    client.room('chat:1').onReset((reason) => void resets.push(reason))
    await pass(1)
    http.last('/sse/chat:1').stream(welcome(), joined('chat:1', 5))
    await pass(1)
    expect(http.last('/sse').init.credentials).toBe('include')
    client.retain('chat:2')
    await pass(1)
    http.last('/sse/chat:2').stream(welcome({ user: 'bo' }), joined('chat:2'))
    await pass(1)
    expect([client.user(), resets, http.last('/sse/chat:1').url.searchParams.get('position')]).toEqual(['bo', ['user'], null])
    http.last('/sse/chat:1').stream(welcome({ user: 'bo' }), joined('chat:1', 5))
    await pass(1)
    expect(ROOMS.map((name) => client.room(name).status())).toEqual(['live', 'live'])
  })
})

describe('a new token', () => {
  it('opens the streams anew, and what the old ones still say is not heard', async () => {
    const tokens = ['old', 'new']
    const { http, client, heard, statuses, passAwake } = await live({ getToken: () => tokens.shift() ?? 'newer' }, { expiresAt: Date.now() + 60_000 })
    await passAwake(45_100)
    expect(http.to('/sse').map(({ state }) => state)).toEqual(['aborted', 'aborted', 'open', 'open'])
    expect(http.last('/sse').header('authorization')).toBe('Bearer new')
    for (const name of ROOMS) http.last(`/sse/${name}`).stream(welcome({ expiresAt: Date.now() + 600_000 }), joined(name, 1, { recovered: true, replay: 1 }), event(name, 1))
    await passAwake(60_000)
    expect([statuses(), heard, tokens.length, client.connection().status]).toEqual([['live', 'live'], [[1], [1]], 0, 'connected'])
  })
})

describe('a new token that opens one room less', () => {
  it('leaves the room that refuses it, also before the other one welcomed it', async () => {
    const { http, statuses, pass, passAwake } = await live({}, { expiresAt: Date.now() + 60_000 })
    await passAwake(45_100)
    http.last('/sse/chat:2').answer({ type: 'bye', code: 4003, reason: 'forbidden', retry: 'never' }, 403)
    await pass(1)
    http.last('/sse/chat:1').stream(welcome({ expiresAt: Date.now() + 600_000 }), joined('chat:1', 0, { recovered: true }))
    await pass(1)
    expect([statuses(), http.open('/sse').length]).toEqual([['live', 'refused'], 1])
  })
})

describe('an older position asked for', () => {
  it('before the stream answered is asked for, too', async () => {
    const { http, client, hint, pass } = await live()
    http.last('/sse/chat:1').stream(event('chat:1', 1), event('chat:1', 2), event('chat:1', 3))
    await pass(1)
    const again: number[] = []
    const room = client.room('chat:1')
    room.onAny((delivery) => { if (delivery.again) again.push(delivery.offset) })
    hint('pagehide')
    hint('online')
    await pass(1)
    room.rejoinFrom(positionAt(1))
    http.last('/sse/chat:1').stream(welcome(), joined('chat:1', 3, { recovered: true }))
    http.last('/sse/chat:2').stream(welcome(), joined('chat:2', 0, { recovered: true }))
    await pass(1)
    expect(http.last('/sse/chat:1').url.searchParams.get('position')).toBe(positionAt(1))
    http.last('/sse/chat:1').stream(welcome(), joined('chat:1', 3, { recovered: true, replay: 2 }), event('chat:1', 2), event('chat:1', 3))
    await pass(1)
    expect([again, http.to('/sse/chat:2').length]).toEqual([[2, 3], 2])
  })
})

it('a connection of one room that is refused is idle, and tries again when told to', async () => {
  const { http, client, pass } = overHttp(stage, 'sse', { share: false })
  client.retain('chat:1')
  await pass(1)
  http.last('/sse').answer({ type: 'bye', code: 4003, reason: 'forbidden', retry: 'never' }, 403)
  await pass(1)
  expect([client.connection().status, client.room('chat:1').status(), http.open('/').length]).toEqual(['idle', 'refused', 0])
  client.retryNow()
  await pass(1)
  http.last('/sse').stream(welcome(), joined('chat:1'))
  await pass(1)
  expect(client.room('chat:1').status()).toBe('live')
})

it('a client that is closed by whoever hears that its last room is refused asks for nothing more', async () => {
  const { http, client, pass } = overHttp(stage, 'sse')
  client.retain('chat:1')
  await pass(1)
  http.last('/sse').stream(welcome(), joined('chat:1'))
  await pass(1)
  const off = client.room('chat:1').subscribe(() => {
    off()
    void client.close()
  })
  http.last('/sse').stream({ type: 'bye', code: 4003, reason: 'sent away', retry: 'never' })
  await pass(1)
  expect([http.to('/poll').length, vi.getTimerCount()]).toEqual([0, 0])
})

it('a session without a room to ask for begins with a poll, which is welcomed', async () => {
  const { http, client, pass } = overHttp(stage, 'sse')
  const { settings } = internalsOf(client)
  const told: string[] = []
  const session = new AbortController()
  const link = settings.open(settings, '?v=1', 'ana', { signal: session.signal, transport: 'sse', joins: () => [], message: (text) => void told.push(text), closed() {} })
  await pass(1)
  http.last('/poll').answer(answer([welcome()], {}))
  await pass(1)
  expect([link.transport, told.length, JSON.parse(told[0]!).type]).toEqual(['poll', 3, 'welcome'])
  session.abort()
})

it('a connection of one room joins it again where there is a hole', async () => {
  const { http, client, pass } = overHttp(stage, 'sse', { share: false })
  const heard: unknown[] = []
  client.room('chat:1').on('message', (data) => void heard.push(data))
  await pass(1)
  http.last('/sse').stream(welcome(), joined('chat:1'), event('chat:1', 2))
  await pass(300)
  expect([http.to('/sse').map(({ state }) => state), http.last('/sse').url.searchParams.get('position')]).toEqual([['aborted', 'open'], positionAt(0)])
  http.last('/sse').stream(welcome(), joined('chat:1', 2, { recovered: true, replay: 2 }), event('chat:1', 1), event('chat:1', 2))
  await pass(1)
  expect(heard).toEqual([1, 2])
})

it('a closed client leaves no timer and no request', async () => {
  const { http, client, hint, pass } = await live()
  hint('online')
  await pass(1)
  await client.close()
  await settle()
  expect([http.open('/').length, vi.getTimerCount()]).toEqual([0, 0])
})
