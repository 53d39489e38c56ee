import { describe, expect, it } from 'vitest'
import { useStage } from '../stage.js'
import { settle } from '../fake-server.js'

const stage = useStage()

describe('reconnecting', () => {
  it('comes back with backoff and full jitter after the network cut it', async () => {
    const { client, server, pass } = stage()
    client.retain('chat:1')
    await settle()
    server.down = true
    server.drop()
    await settle()
    const waits: number[] = []
    for (let attempt = 1; attempt <= 8; attempt++) {
      const { status, attempt: shown, retryAt } = client.connection()
      expect([status, shown]).toEqual(['reconnecting', attempt])
      waits.push(retryAt! - Date.now())
      await pass(retryAt! - Date.now())
    }
    // Half of 500 ms doubled per failure, at most half of 20 s.
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
    server.down = false
    await pass(10_000)
    expect(client.connection()).toMatchObject({ status: 'connected', attempt: 0, retryAt: null })
  })

  it('waits for the clock also where time stands at zero and chance asks for no wait', async () => {
    const { client, server } = stage({ clock: { now: () => 0, random: () => 0, after: () => () => {} } })
    server.down = true
    client.retain('chat:1')
    await settle()
    expect([server.sockets.length, client.connection().retryAt]).toEqual([1, 0])
  })

  it('forgets failures only after five stable seconds', async () => {
    const { client, server, pass } = stage()
    client.retain('chat:1')
    await settle()
    server.drop()
    await pass(250)
    expect(client.connection().status).toBe('connected')
    await pass(4_900)
    server.drop()
    await settle()
    expect(client.connection().attempt).toBe(2)
    await pass(500)
    await pass(5_000)
    server.drop()
    await settle()
    expect(client.connection().attempt).toBe(1)
  })

  it('resumes from the last applied position without loss or repetition', async () => {
    const { client, server, pass } = stage()
    const room = client.room('chat:1')
    const heard: number[] = []
    const joins: unknown[] = []
    const resets: string[] = []
    room.on('message', (_, { offset }) => heard.push(offset))
    room.onJoined(({ recovered, replay }) => joins.push([recovered, replay]))
    room.onReset((reason) => resets.push(reason))
    await settle()
    server.send('chat:1', 'message', 1)
    await settle()
    server.drop()
    await settle()
    expect([room.status(), room.recoverable()]).toEqual(['catching-up', true])
    server.missed('chat:1', 'message', 2)
    server.missed('chat:1', 'message', 3)
    await pass(250)
    server.send('chat:1', 'message', 4)
    await settle()
    expect(server.sent('join').map(({ position }) => position)).toEqual([undefined, expect.stringMatching(/^e\d:1:tag00001$/)])
    expect(heard).toEqual([1, 2, 3, 4])
    expect([joins, resets, room.status()]).toEqual([[[undefined, 0], [true, 2]], [], 'live'])
  })

  it('says so when it could not resume', async () => {
    const { client, server, pass } = stage()
    const room = client.room('chat:1')
    const told: unknown[] = []
    room.onJoined(({ recovered, reason }) => told.push(['joined', recovered, reason]))
    room.onReset((reason) => told.push(['reset', reason]))
    client.retain('chat:1')
    await settle()
    server.room('chat:1').restart('other')
    server.drop()
    await pass(250)
    expect(told).toEqual([['joined', undefined, undefined], ['joined', false, 'epoch'], ['reset', 'epoch']])
    expect(room.position()).toBe('other:0:-')
  })

  it('counts as lost after five seconds, and only then', async () => {
    const { client, server, pass } = stage()
    const room = client.room('chat:1')
    client.retain('chat:1')
    await settle()
    server.down = true
    server.drop()
    await pass(4_999)
    expect([client.connection().lost, room.recoverable()]).toEqual([false, true])
    await pass(1)
    expect([client.connection().lost, room.recoverable()]).toEqual([true, false])
    server.down = false
    client.retryNow()
    await settle()
    expect([client.connection().lost, room.recoverable()]).toEqual([false, true])
  })

  it('tries at once when told to', async () => {
    const { client, server, pass } = stage()
    client.retain('chat:1')
    await settle()
    server.down = true
    server.drop()
    await pass(250)
    server.down = false
    client.retryNow()
    await settle()
    expect(client.connection().status).toBe('connected')
  })

  it('replaces a socket that was silent for pingMs and ten seconds', async () => {
    const { client, server, pass } = stage()
    client.retain('chat:1')
    await settle()
    server.halfOpen()
    await pass(34_999)
    expect(client.connection().status).toBe('connected')
    await pass(1)
    expect(client.connection().status).toBe('reconnecting')
    expect(server.sockets[0]!.closedByClient).toBe(1000)
    await pass(250)
    expect([client.connection().status, server.sockets.length]).toEqual(['connected', 2])
  })

  it('stays on a socket that speaks', async () => {
    const { client, server, pass } = stage()
    client.retain('chat:1')
    await settle()
    for (let i = 0; i < 4; i++) {
      await pass(25_000)
      server.socket.write({ type: 'ping' })
    }
    expect([client.connection().status, server.sockets.length]).toEqual(['connected', 1])
  })

  it('hears nothing more from a socket it has left', async () => {
    const { client, server, pass } = stage()
    const heard: unknown[] = []
    client.room('chat:1').on('message', (data) => heard.push(data))
    await settle()
    const [old] = server.sockets
    const { onmessage, onclose } = old!
    server.halfOpen()
    await pass(35_250)
    expect([old!.closedByClient, server.sockets.length]).toEqual([1000, 2])
    const synced = client.connection().lastSyncedAt
    await pass(1_000)
    onmessage!({ data: JSON.stringify({ type: 'event', room: 'chat:1', event: 'message', data: 'late', offset: 1, tag: 'tag00001', id: 'x', at: 0 }) })
    onclose!({ code: 4003, reason: '' })
    // Counted, so that what is known of the connection is told anew, before anything is answered.
    client.room('chat:1').publish('message', 1).catch(() => {})
    const { status, lastSyncedAt } = client.connection()
    expect([heard, status, lastSyncedAt]).toEqual([[], 'connected', synced])
  })

  it('gives up an attempt that hangs', async () => {
    const { client, server, pass } = stage()
    server.hang = true
    client.retain('chat:1')
    await pass(19_999)
    expect(client.connection().status).toBe('connecting')
    await pass(1)
    expect(client.connection().status).toBe('reconnecting')
    server.hang = false
    await pass(250)
    expect(client.connection().status).toBe('connected')
  })

  it('shows when it was last in step', async () => {
    const { client, server, pass } = stage()
    client.retain('chat:1')
    await settle()
    await pass(3_000)
    server.send('chat:1', 'message', 1)
    await settle()
    const heardAt = Date.now()
    server.down = true
    await pass(2_000)
    server.drop()
    await pass(60_000)
    expect(client.connection().lastSyncedAt).toBe(heardAt)
  })
})

describe('what the server says before it closes', () => {
  it.each([
    [4003, 'never', 'closed'], [4010, 'never', 'closed'], [4013, 'never', 'closed'], [4100, 'backoff', 'reconnecting'], [4129, 'backoff', 'reconnecting'], [4200, 'now', 'reconnecting'],
  ] as const)('bye %i %s: %s', async (code, retry, status) => {
    const { client, server } = stage()
    client.retain('chat:1')
    await settle()
    server.bye(code, retry)
    await settle()
    expect(client.connection().status).toBe(status)
  })

  it('waits as long as a draining server asks, without jitter of its own', async () => {
    const { client, server } = stage()
    client.retain('chat:1')
    await settle()
    server.bye(4200, 'now', 7_000)
    await settle()
    expect(client.connection().retryAt).toBe(Date.now() + 7_000)
  })

  it('adds what a busy server asks to the backoff', async () => {
    const { client, server } = stage()
    client.retain('chat:1')
    await settle()
    server.bye(4129, 'backoff', 3_000)
    await settle()
    expect(client.connection().retryAt).toBe(Date.now() + 3_250)
  })

  it.each([[1000, 'reconnecting'], [1001, 'reconnecting'], [1006, 'reconnecting'], [1009, 'closed'], [1011, 'reconnecting'], [4002, 'closed'], [4101, 'reconnecting'], [4299, 'reconnecting']])(
    'close %i without a word: %s', async (code, status) => {
      const { client, server } = stage()
      client.retain('chat:1')
      await settle()
      server.drop(code)
      await settle()
      expect(client.connection().status).toBe(status)
    })

  it('stays closed until told to retry', async () => {
    const { client, server, pass } = stage()
    client.retain('chat:1')
    await settle()
    server.bye(4010, 'never')
    await pass(600_000)
    expect([client.connection().status, client.connection().lost, server.sockets.length]).toEqual(['closed', true, 1])
    client.retryNow()
    await settle()
    expect([client.connection().status, client.room('chat:1').status()]).toEqual(['connected', 'live'])
  })
})
