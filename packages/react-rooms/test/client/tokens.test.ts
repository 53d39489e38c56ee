import { describe, expect, it, vi } from 'vitest'
import { UnauthorizedError, type TokenReason } from '../../src/client/index.js'
import { useStage } from '../stage.js'
import { settle } from '../fake-server.js'

const stage = useStage()

/** A provider that hands out these tokens, the last one for ever, and remembers why it was asked. */
function provider(...tokens: (string | Error)[]): { reasons: TokenReason[]; getToken: (context: { reason: TokenReason }) => string } {
  const reasons: TokenReason[] = []
  return {
    reasons,
    getToken: ({ reason }) => {
      reasons.push(reason)
      const token = tokens.length > 1 ? tokens.shift()! : tokens[0]!
      if (typeof token !== 'string') throw token
      return token
    },
  }
}

describe('tokens', () => {
  it('travel as a subprotocol entry, never in the address', async () => {
    const { client, server } = stage({ getToken: () => 'eyJ.a-b_c.d~e' })
    client.retain('chat:1')
    await settle()
    expect(server.socket.protocols).toEqual(['rooms.v1', 'bearer.eyJ.a-b_c.d~e'])
    expect(server.socket.url.href).not.toContain('eyJ')
  })

  it('travel as base64url when an entry could not hold them', async () => {
    const { client, server } = stage({ getToken: async () => 'a/b+c=?é' })
    client.retain('chat:1')
    await vi.waitFor(() => expect(server.sockets).toHaveLength(1))
    expect(server.socket.protocols).toEqual(['rooms.v1', 'bearer64.YS9iK2M9P8Op'])
  })

  it('are asked for before every connect', async () => {
    const { reasons, getToken } = provider('ana')
    const { client, server, pass } = stage({ getToken })
    client.retain('chat:1')
    await settle()
    server.drop()
    await pass(250)
    expect(reasons).toEqual(['initial', 'reconnect'])
  })

  it('that are refused stop the retrying after one more try', async () => {
    const { reasons, getToken } = provider('bad')
    const { client, server, pass } = stage({ getToken })
    client.retain('chat:1')
    await pass(600_000)
    expect([reasons, client.connection().status, client.connection().lost, server.sockets.length]).toEqual([['initial', 'refused'], 'unauthorized', true, 2])
  })

  it('that are refused by a bare close stop the retrying too', async () => {
    const { reasons, getToken } = provider('ana')
    const { client, server, pass } = stage({ getToken })
    client.retain('chat:1')
    await settle()
    server.drop(4001)
    await settle()
    server.drop(4001)
    await pass(600_000)
    expect([reasons, client.connection().status]).toEqual([['initial', 'refused'], 'unauthorized'])
  })

  it('that are good at the second asking connect', async () => {
    const { reasons, getToken } = provider('bad', 'ana')
    const { client } = stage({ getToken })
    client.retain('chat:1')
    await settle()
    expect([reasons, client.connection().status]).toEqual([['initial', 'refused'], 'connected'])
  })

  it('of which only the browser knows, in a cookie, are tried once more too', async () => {
    const { client, server, pass } = stage()
    client.retain('chat:1')
    await pass(10_000)
    server.bye(4001, 'refresh')
    await settle()
    expect([client.connection().status, server.sockets.length]).toEqual(['connected', 2])
    await pass(10_000)
    server.refuse = () => ({ code: 4001, retry: 'refresh' })
    server.drop()
    await pass(600_000)
    expect([client.connection().status, server.sockets.length]).toEqual(['unauthorized', 4])
  })

  it('stop when the provider says that nobody is signed in, until told to retry', async () => {
    const { reasons, getToken } = provider(new UnauthorizedError(), 'ana')
    const { client, server, pass } = stage({ getToken })
    client.retain('chat:1')
    await pass(600_000)
    expect([client.connection().status, server.sockets.length]).toEqual(['unauthorized', 0])
    client.retryNow()
    await settle()
    expect([reasons, client.connection().status]).toEqual([['initial', 'initial'], 'connected'])
  })

  it('are asked for again with backoff when the provider fails otherwise', async () => {
    const { reasons, getToken } = provider(new TypeError('fetch failed'), new TypeError('fetch failed'), 'ana')
    const { client, pass } = stage({ getToken })
    client.retain('chat:1')
    await settle()
    expect(client.connection()).toMatchObject({ status: 'reconnecting', attempt: 1, retryAt: Date.now() + 250 })
    await pass(250)
    await pass(500)
    expect([reasons, client.connection().status]).toEqual([['initial', 'reconnect', 'reconnect'], 'connected'])
  })

  it('abort their asking when nobody waits any more', async () => {
    const signals: AbortSignal[] = []
    const { client, server, pass } = stage({ getToken: ({ signal }) => (signals.push(signal), new Promise<string>(() => {})) })
    const release = client.retain('chat:1')
    await settle()
    expect(signals[0]!.aborted).toBe(false)
    release()
    await pass(2_000)
    expect([signals[0]!.aborted, server.sockets.length, client.connection().status]).toEqual([true, 0, 'idle'])
  })

  it('that come too late open nothing', async () => {
    const answers: ((token: string) => void)[] = []
    const { client, server, pass } = stage({ getToken: () => new Promise<string>((resolve) => answers.push(resolve)) })
    client.retain('chat:1')
    await pass(20_250)
    answers[0]!('ana')
    await settle()
    expect([answers.length, server.sockets.length]).toEqual([2, 0])
    answers[1]!('ana')
    await settle()
    expect([server.sockets.length, client.connection().status]).toEqual([1, 'connected'])
  })
})

describe('a session that expires', () => {
  it('is renewed on the open socket, again and again', async () => {
    const { reasons, getToken } = provider('ana')
    const { client, server, pass } = stage({ getToken })
    server.expiresInMs = 20_000
    client.retain('chat:1')
    await settle()
    for (let i = 0; i < 3; i++) await pass(15_000)
    expect(reasons).toEqual(['initial', 'expiring', 'expiring', 'expiring'])
    expect([server.sent('auth').map(({ token }) => token), server.sockets.length, server.sent('join').length]).toEqual([['ana', 'ana', 'ana'], 1, 1])
  })

  it('is renewed half a minute before a long life ends', async () => {
    const { reasons, getToken } = provider('ana')
    const { client, server, pass } = stage({ getToken })
    server.expiresInMs = 3_600_000
    server.pingMs = 7_200_000
    client.retain('chat:1')
    await pass(3_569_000)
    expect(reasons).toEqual(['initial'])
    await pass(1_000)
    expect(reasons).toEqual(['initial', 'expiring'])
  })

  it('is renewed later when the provider fails for once', async () => {
    const { reasons, getToken } = provider('ana', new TypeError('fetch failed'), 'ana')
    const { client, server, pass } = stage({ getToken })
    server.expiresInMs = 60_000
    client.retain('chat:1')
    await pass(20_000)
    server.socket.write({ type: 'ping' })
    await pass(25_000)
    expect([reasons, server.sent('auth').length, client.connection().status]).toEqual([['initial', 'expiring'], 0, 'connected'])
    await pass(5_000)
    expect([reasons, server.sent('auth').length]).toEqual([['initial', 'expiring', 'expiring'], 1])
  })

  it('is not renewed in a circle when the provider only has expired tokens', async () => {
    const getToken = vi.fn(() => 'ana')
    const { client, server, pass } = stage({ getToken })
    server.expiresInMs = -1_000
    client.retain('chat:1')
    await pass(10_000)
    expect(getToken.mock.calls.length).toBeLessThanOrEqual(11)
  })
})

describe('another user', () => {
  it('gets nothing of the one before: queue, positions and presence are dropped', async () => {
    const { getToken } = provider('ana', 'bo')
    const { client, server, pass } = stage({ getToken })
    const room = client.room('chat:1')
    const resets: string[] = []
    room.onReset((reason) => resets.push(reason))
    client.retain('chat:1')
    await settle()
    server.send('chat:1', 'message', 1)
    await settle()
    server.holdAcks = true
    const sent = room.publish('message', { text: 'from ana' })
    await settle()
    server.drop()
    await settle()
    const queued = room.publish('message', { text: 'from ana, too' })
    await pass(250)
    expect(client.user()).toBe('bo')
    await expect(sent).rejects.toMatchObject({ code: 'uncertain' })
    await expect(queued).rejects.toMatchObject({ code: 'unauthorized' })
    expect(server.sent('join').map(({ position }) => position)).toEqual([undefined, undefined])
    expect([resets, room.status()]).toEqual([['user'], 'live'])
  })
})
