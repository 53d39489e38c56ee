import { once } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import type { WebSocket } from 'ws'
import { CloseCode, type User } from '../src/index.js'
import { contract } from './support/test-contract.js'
import { startServer } from './support/test-server.js'
import { RawClient } from './support/raw-client.js'

describe('welcome', () => {
  test('says who one is, how long, and what the server allows', async () => {
    const server = await startServer({ contract, pingMs: 12_345, limits: { rooms: 7, messagesPerSecond: 9 } })
    const before = Date.now()
    const client = await server.connect('ana')
    const [welcome] = client.ofType('welcome')
    expect(welcome).toEqual({
      type: 'welcome', protocol: 'rooms.v1', connection: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/), user: 'ana', now: expect.any(Number), expiresAt: expect.any(Number), pingMs: 12_345,
      limits: { messageBytes: 65_536, batchBytes: 262_144, messagesPerSecond: 9, rooms: 7, members: 200, stateBytes: 1_024 },
      features: ['resume', 'presence', 'typing', 'signals'],
    })
    expect(welcome!.now).toBeGreaterThanOrEqual(before)
    expect(welcome!.expiresAt! - before).toBeGreaterThan(3_500_000)
    expect(welcome!.expiresAt! - before).toBeLessThanOrEqual(3_600_000)
  })
  test('leaves expiresAt out for a session that does not end', async () => {
    const server = await startServer({ authenticate: async () => ({ id: 'ana' }) }, { jwt: false })
    const client = await server.connect('x')
    expect(client.frames[0]).not.toHaveProperty('expiresAt')
  })
  test('gives every connection an id of its own', async () => {
    const server = await startServer()
    const ids = await Promise.all(['ana', 'ana', 'bo'].map(async (user) => (await server.connect(user)).ofType('welcome')[0]!.connection))
    expect(new Set(ids).size).toBe(3)
  })
})

describe('before welcome', () => {
  /** An `authenticate` that answers when told. */
  function gate(): { authenticate: () => Promise<User | null>; open: (user: User | null) => void; asked: Promise<void> } {
    let open: (user: User | null) => void = () => {}
    let heard: () => void = () => {}
    const asked = new Promise<void>((resolve) => { heard = resolve })
    const answer = new Promise<User | null>((resolve) => { open = resolve })
    return { authenticate: () => { heard(); return answer }, open, asked }
  }

  test('what arrives is held, and answered in order afterwards', async () => {
    const { authenticate, open, asked } = gate()
    const server = await startServer({ authenticate }, { jwt: false })
    const client = await new RawClient(`${server.url}/ws/lobby`).opened()
    await asked
    client.send({ type: 'publish', event: 'a', data: 1, id: '1' })
    client.send({ type: 'publish', event: 'a', data: 2, id: '2' })
    open({ id: 'ana' })
    await client.next('ack', ({ id }) => id === '2')
    expect(client.frames.map(({ type }) => type).filter((type) => type !== 'presence').slice(0, 2)).toEqual(['welcome', 'joined'])
    expect(client.ofType('event').map(({ data }) => data)).toEqual([1, 2])
  })
  test('more than limits.batchBytes closes 1009', async () => {
    const { authenticate, asked } = gate()
    const server = await startServer({ authenticate, limits: { messageBytes: 600, batchBytes: 1_000 } }, { jwt: false })
    const client = await new RawClient(`${server.url}/ws`).opened()
    await asked
    client.send('x'.repeat(600))
    client.send('x'.repeat(600))
    expect((await client.next('bye')).code).toBe(CloseCode.messageTooBig)
    expect((await client.closed).code).toBe(1009)
  })
  test('a client that goes away meanwhile is no connection when the answer comes', async () => {
    const { authenticate, open, asked } = gate()
    const hooks: string[] = []
    const server = await startServer({ authenticate }, {
      jwt: false,
      after: (app) => {
        app.rooms.addHook('onConnect', () => { hooks.push('onConnect') })
        app.rooms.addHook('onDisconnect', () => { hooks.push('onDisconnect') })
      },
    })
    const [[socket], client] = await Promise.all([once(server.app.websocketServer, 'connection') as Promise<[WebSocket]>, new RawClient(`${server.url}/ws`).opened()])
    await asked
    client.socket.terminate()
    await once(socket, 'close')
    open({ id: 'ana' })
    await server.app.close()
    expect(hooks).toEqual([])
  })
  test('an authenticate that rejects closes 1011 and says nothing of why', async () => {
    const server = await startServer({ authenticate: async () => { throw new Error('database password is hunter2') } }, { jwt: false })
    const client = new RawClient(`${server.url}/ws`)
    const bye = await client.next('bye')
    expect(bye).toEqual({ type: 'bye', code: 1011, reason: 'internal error', retry: 'backoff' })
    expect((await client.closed).code).toBe(1011)
  })
})

describe('onConnect', () => {
  test('what arrives while it runs is answered after welcome', async () => {
    let proceed: () => void = () => {}
    let began: () => void = () => {}
    const running = new Promise<void>((resolve) => { began = resolve })
    const server = await startServer({}, {
      after: (app) => app.rooms.addHook('onConnect', () => new Promise<void>((resolve) => {
        proceed = resolve
        began()
      })),
    })
    const client = await new RawClient(`${server.url}/ws/lobby`, { token: server.app.jwt.sign({ sub: 'ana' }, { expiresIn: '1h' }) }).opened()
    await running
    client.send({ type: 'publish', event: 'a', data: 1, id: '1' })
    // A pong of the WebSocket layer is answered by ws itself: after it, the publish has arrived as well.
    await new Promise<void>((resolve) => {
      client.socket.once('pong', () => resolve())
      client.socket.ping()
    })
    expect(client.frames).toEqual([])
    proceed()
    expect(await client.next('ack')).toMatchObject({ id: '1' })
    expect(client.frames[0]!.type).toBe('welcome')
  })
  test('that hangs is ended like a hanging authentication', async () => {
    const server = await startServer({ limits: { unauthenticatedMs: 50 } }, { after: (app) => app.rooms.addHook('onConnect', () => new Promise<void>(() => {})) })
    const client = new RawClient(`${server.url}/ws`, { token: server.app.jwt.sign({ sub: 'ana' }, { expiresIn: '1h' }) })
    expect(await client.next('bye')).toMatchObject({ code: 4001 })
  })
})

describe('the end of a session', () => {
  test('a token that expires closes 4001 with refresh', async () => {
    const server = await startServer({ pingMs: 100, authenticate: async () => ({ id: 'ana', expiresAt: Date.now() + 30 }) }, { jwt: false })
    const client = await server.connect('x')
    expect(await client.next('bye')).toEqual({ type: 'bye', code: 4001, reason: 'the token expired', retry: 'refresh' })
    expect((await client.closed).code).toBe(4001)
  })
  test('says bye with the reason also in the close frame, cut to what one holds', async () => {
    const server = await startServer({ authorize: () => false })
    const client = new RawClient(`${server.url}/ws/lobby`, { token: server.app.jwt.sign({ sub: 'ana' }, { expiresIn: '1h' }) })
    const { code, reason } = await client.closed
    expect(code).toBe(4003)
    expect(reason).toBe(client.ofType('bye')[0]!.reason)
  })
  test('frames after bye are ignored', async () => {
    const handled = vi.fn<() => undefined>()
    const server = await startServer({}, { after: (app) => app.rooms.handle('lobby', 'a', handled) })
    const client = await server.join('ana', 'lobby')
    client.socket.send(Buffer.from([1, 2]), { binary: true })
    client.send({ type: 'publish', event: 'a', data: 1 })
    expect((await client.closed).code).toBe(1003)
    expect(handled).not.toHaveBeenCalled()
  })
})
