import { describe, expect, it, vi } from 'vitest'
import type { RoomsClientOptions } from '../../../src/client/index.js'
import { internalsOf } from '../../../src/client/rooms-client.js'
import { settle } from '../../fake-server.js'
import { useStage } from '../../stage.js'
import { answer, event, joined, overHttp, positionAt, welcome } from './fake-http.js'

const stage = useStage()
const ROOM = 'chat:1'
const refused = (room: string) => ({ type: 'left', room, code: 4003, reason: 'forbidden', retry: 'never' }) as const

/** A client live in a room over polls. */
async function live(options: Partial<RoomsClientOptions> = {}, welcomed: Parameters<typeof welcome>[0] = {}) {
  const staged = overHttp(stage, 'poll', options)
  const { client, http, pass } = staged
  const room = client.room(ROOM)
  const heard: unknown[] = []
  room.on('message', (data) => void heard.push(data))
  await pass(1)
  http.last('/poll').answer(answer([welcome(welcomed), joined(ROOM)], { [ROOM]: 0 }))
  await pass(1)
  expect(room.status()).toBe('live')
  const hint = (name: 'online' | 'pagehide'): void => internalsOf(client).allConnections().forEach((connection) => connection.hinted(name))
  return { ...staged, room, heard, hint }
}

describe('a client that polls', () => {
  it('goes on from where the answer before stood', async () => {
    const { http, heard, pass } = await live()
    expect(http.last('/poll').body).toEqual({ rooms: { [ROOM]: positionAt(0) }, presence: { [ROOM]: 1 }, rewind: {}, connection: 'c1', waitMs: 25_000 })
    http.last('/poll').answer(answer([event(ROOM, 1)], { [ROOM]: 1 }))
    await pass(1)
    expect([heard, http.last('/poll').body.rooms]).toEqual([[1], { [ROOM]: positionAt(1) }])
  })

  it('waits as long as it is told after polling too often, and stays connected', async () => {
    const { http, client, pass } = await live()
    http.last('/poll').answer({ type: 'error', code: 'rate_limited', message: 'slow down', retryAfterMs: 1_500 }, 429)
    await pass(1_400)
    expect([client.connection().status, http.to('/poll').length]).toEqual(['connected', 2])
    await pass(200)
    expect([client.connection().status, http.to('/poll').length]).toEqual(['connected', 3])
  })

  it('lets no poll wait for longer than the server may be silent', async () => {
    const { http, client, pass } = await live({}, { pingMs: 4_000 })
    for (let n = 0; n < 8; n++) {
      expect(http.last('/poll').body.waitMs).toBeLessThanOrEqual(4_000)
      await pass(http.last('/poll').body.waitMs)
      http.last('/poll').answer(answer([], { [ROOM]: 0 }))
      await pass(1)
    }
    expect([client.connection().status, http.to('/poll').some(({ state }) => state === 'aborted')]).toEqual(['connected', false])
  })

  it('is patient with a first answer on a slow network', async () => {
    const { http, client, pass } = overHttp(stage, 'poll')
    client.retain(ROOM)
    await pass(8_000)
    http.last('/poll').answer(answer([welcome(), joined(ROOM)], { [ROOM]: 0 }))
    await pass(1)
    expect([client.room(ROOM).status(), http.to('/poll').length]).toEqual(['live', 2])
  })

  it('ends the session when a poll is not answered in time, breaks off or is answered by somebody else', async () => {
    for (const fault of ['late', 'fail', 'html', 'status'] as const) {
      const { http, client, pass } = await live()
      if (fault === 'late') await pass(33_100)
      if (fault === 'fail') http.last('/poll').fail()
      if (fault === 'html') http.last('/poll').answer('<html>Sign in to this hotel</html>')
      if (fault === 'status') http.last('/poll').answer({ error: 'Bad Gateway' }, 502)
      await pass(1)
      expect([fault, client.connection().status]).toEqual([fault, 'reconnecting'])
      await client.close()
    }
  })

  it('does what a bye says', async () => {
    const { http, client, pass } = await live()
    http.last('/poll').answer({ type: 'bye', code: 4200, reason: 'draining', retry: 'now', retryAfterMs: 4_000 }, 503)
    await pass(3_900)
    expect([client.connection().status, http.to('/poll').length]).toEqual(['reconnecting', 2])
    await pass(200)
    expect(http.to('/poll').length).toBe(3)
  })

  it('asks at once for rooms that come and go, and knows nothing of a room that came back', async () => {
    const { http, client, pass } = await live()
    const release = client.retain('chat:2')
    await pass(1)
    expect([http.to('/poll').map(({ state }) => state), http.last('/poll').body.rooms]).toEqual([['over', 'aborted', 'open'], { [ROOM]: positionAt(0), 'chat:2': null }])
    http.last('/poll').answer(answer([joined('chat:2', 3)], { [ROOM]: 0, 'chat:2': 3 }))
    release()
    await pass(2_001)
    expect(http.last('/poll').body.rooms).toEqual({ [ROOM]: positionAt(0) })
    client.retain('chat:2')
    await pass(1)
    expect(http.last('/poll').body.rooms).toEqual({ [ROOM]: positionAt(0), 'chat:2': null })
  })

  it('tells its state again whenever the server lets it join anew, asked or not', async () => {
    const { http, room, pass } = await live()
    room.setState({ n: 1 } as never)
    await pass(1)
    http.last('/rooms').answer([{ type: 'ack', id: 'x' }])
    await pass(1)
    http.last('/poll').answer(answer([joined(ROOM, 0, { recovered: true })], { [ROOM]: 0 }))
    await pass(1)
    expect(http.to('/rooms').map(({ objects }) => objects.map(({ state }) => state))).toEqual([[{ n: 1 }], [{ n: 1 }]])
  })
})

describe('an older position asked for', () => {
  it('before the first answer came is asked for, too', async () => {
    const { http, room, heard, hint, pass } = await live()
    http.last('/poll').answer(answer([event(ROOM, 1), event(ROOM, 2), event(ROOM, 3)], { [ROOM]: 3 }))
    await pass(1)
    const again: number[] = []
    room.onAny((delivery) => { if (delivery.again) again.push(delivery.offset) })
    hint('pagehide')
    hint('online')
    await pass(1)
    expect(http.last('/poll').body.rooms).toEqual({ [ROOM]: positionAt(3) })
    room.rejoinFrom(positionAt(1))
    http.last('/poll').answer(answer([welcome(), joined(ROOM, 3, { recovered: true })], { [ROOM]: 3 }))
    await pass(1)
    expect(http.last('/poll').body.rooms).toEqual({ [ROOM]: positionAt(1) })
    http.last('/poll').answer(answer([joined(ROOM, 3, { recovered: true, replay: 2 }), event(ROOM, 2), event(ROOM, 3)], { [ROOM]: 3 }))
    await pass(1)
    expect([again, heard, room.status()]).toEqual([[2, 3], [1, 2, 3], 'live'])
  })

  it('joins the room anew, and the others go on', async () => {
    const { http, client, room, pass } = await live()
    client.retain('chat:2')
    await pass(1)
    http.last('/poll').answer(answer([joined('chat:2'), event(ROOM, 1), event(ROOM, 2)], { [ROOM]: 2, 'chat:2': 0 }))
    await pass(1)
    room.rejoinFrom(positionAt(1))
    await pass(1)
    expect(http.last('/poll').body).toMatchObject({ rooms: { [ROOM]: positionAt(1), 'chat:2': positionAt(0) }, presence: { 'chat:2': 1 } })
    expect(http.last('/poll').body).not.toHaveProperty(['presence', ROOM])
  })
})

describe('a client whose rooms were all refused', () => {
  async function outside(options: Partial<RoomsClientOptions> = {}, expiresAt?: number) {
    const staged = overHttp(stage, 'poll', options)
    const { client, http, pass } = staged
    const release = client.retain(ROOM)
    await pass(1)
    http.last('/poll').answer(answer([welcome(expiresAt ? { expiresAt } : {}), refused(ROOM)], {}))
    await pass(1)
    expect(client.room(ROOM).status()).toBe('refused')
    return { ...staged, release, hint: () => internalsOf(client).allConnections().forEach((connection) => connection.hinted('online')) }
  }

  it('stays connected, also when the page shows again', async () => {
    const { client, hint, pass } = await outside()
    await pass(70_000)
    hint()
    await pass(70_000)
    expect(client.connection()).toMatchObject({ status: 'connected', attempt: 0 })
  })

  it('renews its token once, and is told when the new one expires', async () => {
    const reasons: string[] = []
    const { http, client, pass } = await outside({ getToken: ({ reason }) => (reasons.push(reason), 'ana') }, Date.now() + 60_000)
    await pass(46_000)
    expect([reasons, http.to('/poll').length]).toEqual([['initial', 'expiring'], 2])
    http.last('/poll').answer(answer([welcome({ connection: 'c2', expiresAt: Date.now() + 600_000 })], {}))
    await pass(60_000)
    expect([reasons, http.to('/poll').length, client.connection().status]).toEqual([['initial', 'expiring'], 2, 'connected'])
  })

  it('joins when it tries again and is allowed', async () => {
    const { http, client, pass } = await outside()
    client.retryNow()
    await pass(1)
    expect(http.last('/poll').body).toMatchObject({ rooms: { [ROOM]: null }, connection: 'c1' })
    http.last('/poll').answer(answer([joined(ROOM)], { [ROOM]: 0 }))
    await pass(1)
    expect(client.room(ROOM).status()).toBe('live')
  })

  it('with a connection of its own is idle, and tries again when told to', async () => {
    const { http, client, pass } = await outside({ share: false })
    expect(client.connection().status).toBe('idle')
    client.retryNow()
    await pass(1)
    http.last('/poll').answer(answer([welcome({ connection: 'c2' }), joined(ROOM)], { [ROOM]: 0 }))
    await pass(1)
    expect(client.room(ROOM).status()).toBe('live')
  })
})

it('a closed client leaves no timer and no request, whatever the poll was about', async () => {
  const { http, client, pass } = await live()
  http.last('/poll').answer({ type: 'error', code: 'rate_limited', message: 'slow down', retryAfterMs: 1_500 }, 429)
  await pass(1)
  await client.close()
  await settle()
  expect([http.open('/').length, vi.getTimerCount()]).toEqual([0, 0])
})
