import { describe, expect, it, vi } from 'vitest'
import type { RoomsClientOptions } from '../../src/client/index.js'
import { internalsOf } from '../../src/client/rooms-client.js'
import type { FillLink, Link, LinkEnds, OpenLink, Transport } from '../../src/client/transports/transport.js'
import { openWebSocket } from '../../src/client/transports/websocket.js'
import { useStage } from '../stage.js'
import { settle } from '../fake-server.js'

const stage = useStage()

/** A client for which every transport leads to the same server, but for those that are blocked. */
function between(options: Partial<RoomsClientOptions> = {}) {
  const staged = stage({ transports: ['websocket', 'sse', 'poll'], ...options })
  const blocked = new Set<Transport>()
  const tried: Transport[] = []
  const { settings } = internalsOf(staged.client)
  settings.open = (given, path, token, ends) => {
    const { transport } = ends
    tried.push(transport)
    if (!blocked.has(transport)) return { ...openWebSocket(given, path, token && `bearer.${token}`, ends), transport }
    queueMicrotask(() => ends.closed(1006))
    return { transport, send() {} }
  }
  const carrier = (): Transport | null => staged.client.connection().transport
  return { ...staged, blocked, tried, carrier }
}

describe('the choice of a transport', () => {
  it('is WebSocket where nothing is in its way', async () => {
    const { client, tried, carrier } = between()
    client.retain('chat:1')
    await settle()
    expect([tried, carrier()]).toEqual([['websocket'], 'websocket'])
  })

  it('goes on to the next transport after one that failed before its first message', async () => {
    const { client, blocked, tried, carrier, pass } = between()
    blocked.add('websocket')
    client.retain('chat:1')
    await pass(1_000)
    expect([tried, carrier()]).toEqual([['websocket', 'sse'], 'sse'])
    expect(client.connection().status).toBe('connected')
  })

  it('goes on after an attempt that hangs without a word', async () => {
    const { client, server, tried, pass } = between()
    server.hang = true
    client.retain('chat:1')
    await pass(20_000)
    await pass(1_000)
    expect(tried).toEqual(['websocket', 'sse'])
  })

  it('begins each reconnect with the first transport again', async () => {
    const { client, server, blocked, tried, carrier, pass } = between()
    blocked.add('websocket').add('sse')
    client.retain('chat:1')
    await pass(2_000)
    expect(carrier()).toBe('poll')
    blocked.clear()
    server.drop()
    await pass(1_000)
    expect([tried, carrier()]).toEqual([['websocket', 'sse', 'poll', 'websocket'], 'websocket'])
  })

  it('loses and doubles nothing when a reconnect changes the transport', async () => {
    const { client, server, blocked, carrier, pass } = between()
    const heard: unknown[] = []
    client.room('chat:1').on('message', (data) => heard.push(data))
    await settle()
    for (let n = 0; n < 6; n++) {
      if (n % 2 === 0) blocked.add('websocket')
      else blocked.clear()
      server.drop()
      server.missed('chat:1', 'message', n)
      await pass(5_000)
    }
    expect(carrier()).toBe('websocket')
    expect(heard).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('stays with a transport whose server refused the token: it carries messages', async () => {
    const asked: string[] = []
    const { client, blocked, tried, pass } = between({
      getToken: ({ reason }) => {
        asked.push(reason)
        return reason === 'refused' ? 'ana' : 'bad'
      },
    })
    blocked.add('websocket')
    client.retain('chat:1')
    await pass(2_000)
    expect(tried).toEqual(['websocket', 'sse', 'sse'])
    expect(asked).toEqual(['initial', 'reconnect', 'refused'])
    expect(client.connection().status).toBe('connected')
  })

  it('does not change for a token provider that fails', async () => {
    let broken = true
    const { client, tried, pass } = between({ getToken: () => broken ? Promise.reject(new Error('offline')) : 'ana' })
    client.retain('chat:1')
    await settle()
    broken = false
    await pass(1_000)
    expect(tried).toEqual(['websocket'])
  })

  it('does not change for an attempt that was given up on this side', async () => {
    const { client, server, tried, pass } = between()
    server.hang = true
    const release = client.retain('chat:1')
    await settle()
    release()
    await pass(2_000)
    client.retain('chat:1')
    await settle()
    expect(tried).toEqual(['websocket', 'websocket'])
  })
})

describe('a server that is down', () => {
  it('is tried by every transport in turn, round and round', async () => {
    const { client, server, tried, pass } = between()
    server.down = true
    client.retain('chat:1')
    await pass(10_000)
    expect(tried.slice(0, 5)).toEqual(['websocket', 'sse', 'poll', 'websocket', 'sse'])
  })

  it('is asked by WebSocket once more when another transport finds it up, if WebSocket worked before', async () => {
    const { client, server, tried, carrier, pass } = between()
    client.retain('chat:1')
    await settle()
    server.down = true
    server.drop()
    await pass(250)
    server.down = false
    await pass(5_000)
    expect([tried, carrier()]).toEqual([['websocket', 'websocket', 'sse', 'websocket'], 'websocket'])
  })

  it('is asked by WebSocket once more after a whole round failed, and not again while that is blocked', async () => {
    const { client, server, blocked, tried, carrier, pass } = between()
    server.down = true
    blocked.add('websocket')
    client.retain('chat:1')
    await pass(3_000)
    expect(tried).toEqual(['websocket', 'sse', 'poll', 'websocket'])
    server.down = false
    await pass(30_000)
    expect(tried.slice(4)).toEqual(['sse', 'websocket', 'sse'])
    expect(carrier()).toBe('sse')
  })
})

describe('the transports that are loaded on demand', () => {
  const session = (given: Partial<LinkEnds> = {}) => {
    const abort = new AbortController()
    const ends: LinkEnds = { signal: abort.signal, transport: 'sse', joins: () => [], message() {}, closed() {}, ...given }
    return { ends, end: () => abort.abort() }
  }
  const freshOpenLink = async (): Promise<OpenLink> => {
    vi.resetModules()
    return (await import('../../src/client/transports/open-link.js')).openLink
  }

  it('fill the link that was returned before the chunk was there', async () => {
    const send = vi.fn<Link['send']>()
    const given: unknown[] = []
    vi.doMock('../../src/client/transports/fallback.js', () => ({
      openFallback: ((link, ...rest) => {
        given.push(...rest)
        Object.assign(link, { transport: 'poll', send })
      }) satisfies FillLink,
    }))
    const { ends } = session()
    const settings = {} as never
    const link = (await freshOpenLink())(settings, '?v=1', 'ana', ends)
    expect(link.transport).toBe('sse')
    link.send('said to nobody', 1_000)
    await vi.waitFor(() => expect(link.transport).toBe('poll'))
    link.send('{}', 1_000)
    expect([given, send.mock.calls]).toEqual([[settings, '?v=1', 'ana', ends], [['{}', 1_000]]])
  })

  it('are not opened when the session ended while they were loaded', async () => {
    const openFallback = vi.fn<() => never>()
    vi.doMock('../../src/client/transports/fallback.js', () => ({ openFallback }))
    const { ends, end } = session()
    ;(await freshOpenLink())({} as never, '?v=1', null, ends)
    end()
    await import('../../src/client/transports/on-demand.js')
    await settle()
    expect(openFallback).not.toHaveBeenCalled()
  })

  it('fail their attempt when the chunk cannot be loaded', async () => {
    vi.doMock('../../src/client/transports/fallback.js', () => { throw new Error('no network') })
    const openLink = await freshOpenLink()
    const closed = await new Promise((resolve) => openLink({} as never, '?v=1', null, session({ closed: resolve }).ends))
    expect(closed).toBe(1006)
  })
})
