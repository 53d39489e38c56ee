import type { RoomsClient, Transport } from 'react-rooms/client'
import { describe, expect, it, vi } from 'vitest'
import { startClient, until } from './client.js'
import { startServer } from './server.js'

/** A room that is held, and what was heard of it. */
function hold(client: RoomsClient, name: string) {
  const heard: unknown[] = []
  const resets: string[] = []
  const room = client.room(name as never)
  const off = [room.on('tick' as never, (data) => void heard.push(data)), room.onReset((reason) => void resets.push(reason))]
  return { room, heard, resets, isLive: () => room.status() === 'live', release: () => off.forEach((stop) => stop()) }
}

describe.each<Transport>(['websocket', 'sse', 'poll'])('over %s', (transport) => {
  it('a room from which the application sends its users away is left, and the other goes on', async () => {
    const server = await startServer()
    const client = startClient(server.url, 'ana', { transports: [transport] })
    const [one, two] = [hold(client, 'feed:1'), hold(client, 'feed:2')]
    await until(() => one.isLive() && two.isLive(), 'both are live')
    await server.app.rooms.disconnect({ room: 'feed:2' } as never)
    await until(() => two.room.status() === 'left', 'one is left')
    await server.app.rooms.send('feed:1' as never, 'tick' as never, 1 as never)
    await until(() => one.heard.length === 1, 'the other hears')
    expect(client.connection().status).toBe('connected')
  })

  it('a user whom the application disconnects stays away until the client is told to try again', async () => {
    const server = await startServer()
    const client = startClient(server.url, 'ana', { transports: [transport] })
    const rooms = ['feed:1', 'feed:2'].map((name) => hold(client, name))
    await until(() => rooms.every(({ isLive }) => isLive()), 'both are live')
    await server.app.rooms.disconnect({ user: 'ana' })
    await until(() => client.connection().status === 'closed', 'the client stopped')
    client.retryNow()
    await until(() => rooms.every(({ isLive }) => isLive()), 'both are live again')
  })

  it('a room that is let go of and held again at once hears what comes from then on, once', async () => {
    const server = await startServer()
    const client = startClient(server.url, 'ana', { transports: [transport], lingerMs: 0 })
    const other = hold(client, 'feed:2')
    for (let n = 0; n < 5; n++) {
      const { room, heard, isLive, release, resets } = hold(client, 'feed:1')
      await until(() => isLive() && other.isLive(), 'both are live')
      await server.app.rooms.send('feed:1' as never, 'tick' as never, n as never)
      await until(() => heard.length === 1, 'the event is heard')
      expect([heard, resets]).toEqual([[n], []])
      release()
      await until(() => room.status() === 'left', 'the room is left')
    }
  })

  it('a server that restarts with nothing of what was is told as a reset', async () => {
    const before = await startServer()
    const client = startClient(before.url, 'ana', { transports: [transport] })
    const { heard, resets, isLive } = hold(client, 'feed:1')
    await until(isLive, 'the room is live')
    await before.app.rooms.send('feed:1' as never, 'tick' as never, 1 as never)
    await until(() => heard.length === 1, 'the event is heard')
    await before.app.close()
    const after = await startServer({}, undefined, Number(new URL(before.url).port))
    await until(() => resets.length === 1 && isLive(), 'the room is live again')
    await after.app.rooms.send('feed:1' as never, 'tick' as never, 2 as never)
    await until(() => heard.length === 2, 'the next event is heard')
    expect([heard, resets]).toEqual([[1, 2], ['epoch']])
  })

  it('a connection of its own serves each room', async () => {
    const server = await startServer({ authorize: ({ room }: { room: { id: string } }) => room.id !== 'secret' } as never)
    const client = startClient(server.url, 'ana', { transports: [transport], share: false })
    const [one, two, secret] = [hold(client, 'feed:1'), hold(client, 'feed:2'), hold(client, 'feed:secret')]
    one.room.setState({ mood: 'm' } as never)
    await until(() => one.isLive() && two.isLive() && secret.room.status() === 'refused', 'two are live, one is refused')
    server.cut()
    await until(() => one.isLive() && two.isLive(), 'both are live again')
    await expect(one.room.publish('tick' as never, 1 as never)).resolves.toMatchObject({ type: 'ack' })
    await until(() => one.heard.length === 1, 'the event is heard')
    const moodOf = async () => ((await server.app.rooms.members('feed:1' as never))[0]?.state as { mood?: string } | null | undefined)?.mood
    await vi.waitUntil(async () => (await moodOf()) === 'm', { timeout: 20_000 })
    expect(two.heard).toEqual([])
  })

  it('a server with a prefix is reached', async () => {
    const server = await startServer({ prefix: '/live' })
    const client = startClient(`${server.url}/live/`, 'ana', { transports: [transport] })
    const { heard, isLive } = hold(client, 'feed:1')
    await until(isLive, 'the room is live')
    await server.app.rooms.send('feed:1' as never, 'tick' as never, 1 as never)
    await until(() => heard.length === 1, 'the event is heard')
  })

  it('publishes of several tabs of one user keep their order where the server slows them down', async () => {
    const server = await startServer({ limits: { messagesPerSecond: 20 } })
    const tabs = Array.from({ length: 3 }, () => startClient(server.url, 'ana', { transports: [transport] }))
    const witness = startClient(server.url, 'bo', { transports: ['websocket'] })
    const { heard, isLive } = hold(witness, 'feed:1')
    const rooms = tabs.map((tab) => hold(tab, 'feed:1'))
    await until(() => isLive() && rooms.every((room) => room.isLive()), 'all are live')
    const sent = rooms.flatMap(({ room }, tab) => Array.from({ length: 30 }, (_, n) => room.publish('tick' as never, [tab, n] as never)))
    await Promise.all(sent)
    await until(() => heard.length === 90, 'everything is heard')
    for (const tab of [0, 1, 2]) expect((heard as [number, number][]).filter(([from]) => from === tab).map(([, n]) => n)).toEqual(Array.from({ length: 30 }, (_, n) => n))
  })
})
