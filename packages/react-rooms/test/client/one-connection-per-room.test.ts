import { describe, expect, it } from 'vitest'
import { useStage } from '../stage.js'
import { settle } from '../fake-server.js'

const stage = useStage()

describe('one connection per room', () => {
  it('names the room in the address and sends no join', async () => {
    const { client, server } = stage({ share: false })
    client.retain('chat:a~b')
    client.retain('chat:2')
    await settle()
    expect(server.sockets.map(({ url }) => url.pathname)).toEqual(['/ws/chat:a~b', '/ws/chat:2'])
    expect(server.sockets[0]!.url.searchParams.get('v')).toBe('1')
    expect(server.sockets.flatMap(({ messages }) => messages)).toEqual([])
    expect([client.room('chat:a~b').status(), client.room('chat:2').status()]).toEqual(['live', 'live'])
  })

  it('resumes by the address', async () => {
    const { client, server, pass } = stage({ share: false })
    const heard: unknown[] = []
    client.room('chat:1').on('message', (data) => heard.push(data))
    await settle()
    server.send('chat:1', 'message', 1)
    await settle()
    server.drop()
    await settle()
    server.missed('chat:1', 'message', 2)
    await pass(250)
    expect([heard, server.socket.url.searchParams.get('position')]).toEqual([[1, 2], expect.stringMatching(/:1:tag00001$/)])
    await pass(5_000)
    expect(server.sockets).toHaveLength(2)
  })

  it('asks for a rewind by the address, and tells its state after the join', async () => {
    const { client, server } = stage({ share: false })
    client.retain('chat:1', { rewind: 7, state: { status: 'here' } })
    await settle()
    expect([server.socket.url.searchParams.get('rewind'), server.sent('presence').map(({ state }) => state)]).toEqual(['7', [{ status: 'here' }]])
  })

  it('shows the worst of all connections, and all that is queued', async () => {
    const { client, server } = stage({ share: false })
    client.retain('chat:1')
    client.retain('chat:2')
    await settle()
    expect(client.connection().status).toBe('connected')
    server.down = true
    server.sockets[1]!.end(1006, '')
    await settle()
    void client.room('chat:2').publish('message', 1)
    expect(client.connection()).toMatchObject({ status: 'reconnecting', attempt: 1, queued: 1 })
    expect([client.room('chat:1').status(), client.room('chat:2').status()]).toEqual(['live', 'catching-up'])
  })

  it('counts as lost when any of them is', async () => {
    const { client, server, pass } = stage({ share: false })
    client.retain('chat:1')
    client.retain('chat:2')
    await settle()
    server.down = true
    server.sockets[1]!.end(1006, '')
    await pass(5_000)
    server.sockets[0]!.end(1006, '')
    await settle()
    expect(client.connection()).toMatchObject({ status: 'reconnecting', lost: true })
  })

  it('knows a refused room from a connection that was closed', async () => {
    const { client, server, pass } = stage({ share: false })
    server.refuse = (socket) => socket.url.pathname.endsWith('1') ? { code: 4003, retry: 'never' } : null
    client.retain('chat:1')
    client.retain('chat:2')
    await pass(30_000)
    expect([client.room('chat:1').status(), client.room('chat:2').status(), client.connection().status, server.sockets.length]).toEqual(['refused', 'live', 'connected', 2])
    server.refuse = () => null
    client.retryNow()
    await settle()
    expect(client.room('chat:1').status()).toBe('live')
  })

  it('closes a room\'s connection with the room', async () => {
    const { client, server, pass } = stage({ share: false })
    const release = client.retain('chat:1')
    client.retain('chat:2')
    await settle()
    release()
    await pass(2_000)
    expect([server.open.map(({ url }) => url.pathname), client.connection().status]).toEqual([['/ws/chat:2'], 'connected'])
  })

  it('opens no connection for a room held after the close', async () => {
    const { client, server } = stage({ share: false })
    client.retain('chat:1')
    await settle()
    await client.close()
    client.retain('chat:2')
    await settle()
    expect([server.open.length, server.sockets.length]).toEqual([0, 1])
  })
})
