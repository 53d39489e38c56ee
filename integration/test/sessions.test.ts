import { UnauthorizedError, type RoomsClient, type TokenReason } from 'react-rooms/client'
import { describe, expect, it } from 'vitest'
import { startClient, until } from './client.js'
import { startServer } from './server.js'

const FALLBACKS = ['sse', 'poll'] as const

/** A room that is held, and what was heard of it. */
function hold(client: RoomsClient, name: string) {
  const heard: unknown[] = []
  const joins: unknown[] = []
  const room = client.room(name as never)
  room.on('tick' as never, (data) => void heard.push(data))
  room.onJoined((joined) => void joins.push(joined.recovered))
  const isLive = (): boolean => room.status() === 'live'
  return { room, heard, joins, isLive }
}

describe.each(FALLBACKS)('over %s', (transport) => {
  it('a token that is not taken is asked for once more, with the reason, and then the client stops', async () => {
    const server = await startServer({ authenticate: async (_request, token) => (token === 'good' ? { id: 'ana' } : null) })
    const reasons: TokenReason[] = []
    const client = startClient(server.url, 'ana', { transports: [transport], getToken: ({ reason }) => (reasons.push(reason), 'bad') })
    client.retain('feed:1' as never)
    await until(() => client.connection().status === 'unauthorized', 'the client gave up')
    expect(reasons).toEqual(['initial', 'refused'])
  })

  it('a provider that says nobody is signed in asks the server for nothing', async () => {
    const server = await startServer()
    const client = startClient(server.url, 'ana', { transports: [transport], getToken: () => { throw new UnauthorizedError('signed out') } })
    client.retain('feed:1' as never)
    await until(() => client.connection().status === 'unauthorized', 'the client stopped')
    expect([...server.requests]).toEqual([])
  })

  it('a room that is refused says so, and the others are live', async () => {
    const server = await startServer({ authorize: ({ room }: { room: { id: string } }) => room.id !== 'secret' } as never)
    const client = startClient(server.url, 'ana', { transports: [transport] })
    const secret = hold(client, 'feed:secret')
    const open = hold(client, 'feed:open')
    await until(() => open.isLive() && secret.room.status() === 'refused', 'one is live, one refused')
    await server.app.rooms.send('feed:open' as never, 'tick' as never, 1 as never)
    await until(() => open.heard.length === 1, 'the event is heard')
    await expect(secret.room.publish('tick' as never, 1 as never)).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('a client with refused rooms only is told so', async () => {
    const server = await startServer({ authorize: () => false } as never)
    const client = startClient(server.url, 'ana', { transports: [transport] })
    const rooms = ['feed:1', 'feed:2'].map((name) => hold(client, name))
    await until(() => rooms.every(({ room }) => room.status() === 'refused'), 'both are refused')
    expect(client.connection().status).toBe('connected')
  })

  it('a new token takes the place of the old one without losing an event or a member', async () => {
    const SESSION_MS = 4_000
    const left: unknown[] = []
    const server = await startServer({
      authenticate: async (_request, token) => ({ id: token!.split('.')[0]!, expiresAt: Number(token!.split('.')[1]) }),
    }, (app) => app.rooms.addHook('onMemberLeft', ({ user }) => void left.push(user)))
    const reasons: TokenReason[] = []
    const client = startClient(server.url, 'ana', {
      transports: [transport], getToken: ({ reason }) => (reasons.push(reason), `ana.${Date.now() + SESSION_MS}`),
    })
    const { room, heard, isLive } = hold(client, 'feed:1')
    await until(isLive, 'the room is live')
    let sent = 0
    for (const end = Date.now() + SESSION_MS; Date.now() <= end;) {
      await server.app.rooms.send('feed:1' as never, 'tick' as never, sent++ as never)
      await until(() => heard.length === sent, 'the event is heard')
    }
    expect(heard).toEqual(Array.from({ length: sent }, (_, n) => n))
    expect([reasons, left, room.recoverable()]).toEqual([['initial', 'expiring'], [], true])
  })

  it('a publish that the server refuses rejects with its code', async () => {
    const server = await startServer()
    const client = startClient(server.url, 'ana', { transports: [transport] })
    const { room, isLive } = hold(client, 'feed:1')
    await until(isLive, 'the room is live')
    await room.publish('tick' as never, 'first' as never, { id: 'one' })
    await expect(room.publish('tick' as never, 'other' as never, { id: 'one' })).rejects.toMatchObject({ code: 'conflict', id: 'one' })
    await expect(room.publish('tick' as never, 'x'.repeat(70_000) as never)).rejects.toMatchObject({ code: 'too_large' })
  })

  it('a client that looks for a sign of life goes on where it was', async () => {
    const server = await startServer()
    const client = startClient(server.url, 'ana', { transports: [transport] })
    const { heard, isLive } = hold(client, 'feed:1')
    await until(isLive, 'the room is live')
    await server.app.rooms.send('feed:1' as never, 'tick' as never, 1 as never)
    await until(() => heard.length === 1, 'the event is heard')
    const before = server.requests.get(transport)!
    client.retryNow()
    await until(() => server.requests.get(transport)! > before && isLive(), 'the server is asked again')
    await server.app.rooms.send('feed:1' as never, 'tick' as never, 2 as never)
    await until(() => heard.length === 2, 'the next event is heard')
    expect([heard, client.connection().transport]).toEqual([[1, 2], transport])
  })

  it('a server that closes sends its clients to come back, and nothing is lost', async () => {
    const server = await startServer()
    const client = startClient(server.url, 'ana', { transports: [transport] })
    const { isLive } = hold(client, 'feed:1')
    await until(isLive, 'the room is live')
    await server.app.close()
    await until(() => client.connection().status === 'reconnecting', 'the client comes back')
  })
})

it('a third room moves two event streams to one poll, and a reconnect to WebSocket', async () => {
  const server = await startServer()
  server.blocked.add('ws')
  const client = startClient(server.url, 'ana')
  const rooms = ['feed:1', 'feed:2'].map((name) => hold(client, name))
  await until(() => rooms.every(({ isLive }) => isLive()), 'two are live')
  expect(client.connection().transport).toBe('sse')
  rooms.push(hold(client, 'feed:3'))
  await until(() => rooms.every(({ isLive }) => isLive()) && client.connection().transport === 'poll', 'three are live over polls')
  server.blocked.clear()
  server.cut()
  await until(() => client.connection().transport === 'websocket', 'WebSocket again')
  for (const n of ['1', '2', '3']) await server.app.rooms.send(`feed:${n}` as never, 'tick' as never, n as never)
  await until(() => rooms.every(({ heard }) => heard.length === 1), 'all are heard')
  expect(rooms.flatMap(({ joins }) => joins)).not.toContain(false)
})
