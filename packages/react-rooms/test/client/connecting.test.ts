import { describe, expect, it } from 'vitest'
import { useStage } from '../stage.js'
import { settle } from '../fake-server.js'

const stage = useStage()

describe('connecting', () => {
  it('opens nothing before a room is held', async () => {
    const { client, server } = stage()
    client.room('chat:1')
    await settle()
    expect(server.sockets).toHaveLength(0)
    expect(client.connection().status).toBe('idle')
  })

  it('opens one socket at /ws for all rooms and joins them', async () => {
    const { client, server } = stage()
    client.retain('chat:1')
    client.retain('chat:2')
    await settle()
    expect(server.sockets.map(({ url }) => url.href)).toEqual(['wss://example.test/ws?v=1'])
    expect(server.sent('join').map(({ room }) => room)).toEqual(['chat:1', 'chat:2'])
    expect(client.connection()).toMatchObject({ status: 'connected', transport: 'websocket', attempt: 0, retryAt: null, lost: false })
    expect([client.room('chat:1').status(), client.room('chat:2').status()]).toEqual(['live', 'live'])
    expect(client.user()).toBe('ana')
    expect(client.room('chat:1').connectionId()).toBe(server.socket.connection)
  })

  it('delivers events and acknowledges publishes', async () => {
    const { client, server } = stage()
    const heard: unknown[] = []
    client.room('chat:1').on('message', (data, meta) => heard.push([data, meta.offset, meta.from, meta.replayed]))
    await settle()
    server.send('chat:1', 'message', { text: 'hello' }, { from: 'bo' })
    const ack = await client.room('chat:1').publish('message', { text: 'hi' })
    await settle()
    expect(heard).toEqual([[{ text: 'hello' }, 1, 'bo', false], [{ text: 'hi' }, 2, 'ana', false]])
    expect(ack).toMatchObject({ id: expect.stringMatching(/^\d{20,40}$/), position: server.room('chat:1').position })
  })
})
