import { once } from 'node:events'
import { createRequire } from 'node:module'
import net from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import type { WebSocket } from 'ws'
import { CloseCode } from '../../src/index.js'
import { connectRooms } from '../../src/testing/index.js'
import { RawClient, refusedUpgrade } from '../support/raw-client.js'
import { selectedProtocol } from '../support/raw-upgrade.js'
import { buildApp, tokenOf } from '../support/test-app.js'
import { startServer } from '../support/test-server.js'
import { ownTime } from '../support/own-time.js'

/** Sends a request line as it stands, which HTTP clients would tidy up, and gives the status. */
async function rawRequest(port: number, path: string, headers: readonly string[] = []): Promise<number> {
  const socket = net.connect(port, '127.0.0.1')
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers.map((header) => `${header}\r\n`).join('')}\r\n`)
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(chunk.toString())?.[1])
}
const UPGRADE = ['Connection: upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']

describe('what @fastify/websocket does by itself, and we do not', () => {
  test('1: messages sent with the upgrade, before authentication, are answered', async () => {
    const server = await startServer()
    const client = new RawClient(`${server.url}/ws/lobby`, { token: tokenOf(server.app, 'ana') })
    client.socket.on('open', () => client.send({ type: 'publish', event: 'a', data: 1, id: 'early' }, { type: 'ping' }))
    expect(await client.next('ack')).toMatchObject({ id: 'early' })
    await client.next('pong')
  })
  test('2: a hanging authentication ends the socket after limits.unauthenticatedMs', async () => {
    const server = await startServer({ authenticate: () => new Promise(() => {}), limits: { unauthenticatedMs: 50 } }, { jwt: false })
    const client = new RawClient(`${server.url}/ws`)
    expect(await client.next('bye')).toMatchObject({ code: CloseCode.unauthorized, retry: 'refresh', reason: 'not authenticated within limits.unauthenticatedMs (50 ms)' })
    expect((await client.closed).code).toBe(4001)
  })
  test('2: so does a hook of the application that hangs before the upgrade, and neither it nor an upgrade with a malformed URL keeps the server from closing', async () => {
    const server = await startServer({ limits: { unauthenticatedMs: 50 } }, { before: (app) => { app.addHook('onRequest', (request) => (request.headers.upgrade === undefined ? Promise.resolve() : new Promise(() => {}))) } })
    const client = new RawClient(`${server.url}/ws`)
    client.socket.on('error', () => {})
    expect((await client.closed).code).toBe(1006)
    const slow = await startServer({}, { before: (app) => { app.addHook('onRequest', (request) => (request.headers.upgrade === undefined ? Promise.resolve() : new Promise(() => {}))) } })
    const stranded = net.connect(slow.port, '127.0.0.1')
    stranded.write(['GET /ws HTTP/1.1', 'Host: localhost', ...UPGRADE, '', ''].join('\r\n'))
    expect(await rawRequest(slow.port, '/ws/%zz', UPGRADE)).toBe(400)
    const ms = ownTime()
    await slow.app.close()
    expect(ms()).toBeLessThan(1_000)
    stranded.destroy()
  })
  test('3: a throw in a handler, a hook, an authorize or a schema does not reach the process', async () => {
    const faults: unknown[] = []
    const note = (error: unknown): void => { faults.push(error) }
    process.on('uncaughtException', note)
    process.on('unhandledRejection', note)
    const server = await startServer(
      { authorize: ({ action }) => { if (action === 'signal') throw new Error('authorize'); return undefined } },
      { after: (app) => {
        app.rooms.handle('lobby', 'sync', () => { throw new Error('sync handler') })
        app.rooms.handle('lobby', 'async', async () => { throw new Error('async handler') })
        app.rooms.addHook('onConnect', ({ user }) => { if (user.id === 'onConnect') throw new Error('onConnect') })
        app.rooms.addHook('onJoin', ({ user }) => { if (user.id === 'onJoin') throw new Error('onJoin') })
        app.rooms.addHook('onLeave', () => { throw new Error('onLeave') })
        app.rooms.addHook('onDisconnect', () => { throw new Error('onDisconnect') })
        app.rooms.addHook('onMemberJoined', async () => { throw new Error('onMemberJoined') })
      } },
    )
    const client = await server.join('ana', 'lobby')
    client.send({ type: 'signal', signal: 's', data: 1 })
    expect(await client.publish('sync', 1)).toMatchObject({ type: 'error', code: 'internal' })
    expect(await client.publish('async', 1)).toMatchObject({ type: 'error', code: 'internal' })
    for (const user of ['onConnect', 'onJoin']) expect((await new RawClient(`${server.url}/ws/lobby`, { token: tokenOf(server.app, user) }).closed).code).toBe(4003)
    client.send({ type: 'leave', room: 'lobby' })
    await client.next('left')
    await client.settled()
    process.off('uncaughtException', note)
    process.off('unhandledRejection', note)
    expect(faults).toEqual([])
  })
  test('4: an upgrade on a plain GET route is refused, and the application\'s own WebSocket route works', async () => {
    const plain = vi.fn<() => Promise<string>>().mockResolvedValue('plain')
    const server = await startServer({}, { after: (app) => {
      app.get('/plain', plain)
      app.get('/own', { websocket: true }, (socket) => { socket.send('{"type":"own"}') })
      app.route({ method: 'GET', url: '/both', handler: async () => 'both', wsHandler: (socket) => { socket.send('{"type":"both"}') } })
    } })
    expect((await refusedUpgrade(`${server.url}/plain`)).status).toBe(400)
    expect(plain).not.toHaveBeenCalled()
    expect((await server.app.inject('/plain')).body).toBe('plain')
    for (const own of ['own', 'both']) {
      const client = new RawClient(`${server.url}/${own}`, { protocol: null })
      expect(await client.next(own as 'pong')).toEqual({ type: own })
    }
    expect((await server.app.inject('/both')).body).toBe('both')
  })
  test('4: an upgrade on a path that no route has is a plain 404', async () => {
    const server = await startServer()
    expect((await refusedUpgrade(`${server.url}/nothing`)).status).toBe(404)
  })
  test('5: closing says bye 4200 to every client and ends', async () => {
    const server = await startServer({ drainMs: 400 })
    const clients = await Promise.all([server.connect('ana'), server.join('bo', 'lobby')])
    await server.app.close()
    for (const client of clients) {
      expect(client.ofType('bye')).toEqual([{ type: 'bye', code: 4200, reason: 'the server is restarting', retry: 'now', retryAfterMs: expect.any(Number) }])
      expect(client.ofType('bye')[0]!.retryAfterMs).toBeLessThan(400)
      expect((await client.closed).code).toBe(4200)
    }
  })
  test('5: closing ends within 3 s though clients are silent or still authenticating', async () => {
    const server = await startServer({ authenticate: (_request, token) => (token === 'slow' ? new Promise(() => {}) : Promise.resolve({ id: 'ana' })) }, { jwt: false })
    const silent = net.connect(server.port, '127.0.0.1')
    silent.write(['GET /ws HTTP/1.1', 'Host: localhost', ...UPGRADE, '', ''].join('\r\n'))
    await once(silent, 'data')
    const slow = await new RawClient(`${server.url}/ws`, { token: 'slow' }).opened()
    const ms = ownTime()
    await server.app.close()
    expect(ms()).toBeLessThan(3_000)
    expect((await slow.closed).code).toBe(4200)
    silent.destroy()
  })
  test('7: what a connection counts for is released when its socket closes', async () => {
    const server = await startServer({ limits: { connectionsPerIp: 1, connections: 1 } })
    const sockets: WebSocket[] = []
    server.app.websocketServer.on('connection', (socket) => sockets.push(socket))
    const client = await server.connect('ana')
    expect((await refusedUpgrade(`${server.url}/ws`)).status).toBe(429)
    const released = new Promise<void>((resolve) => { for (const socket of sockets) socket.on('close', () => resolve()) })
    client.socket.terminate()
    await released
    await server.connect('ana')
  })
  test('8: connections without a real socket have an address to count by', async () => {
    const app = await buildApp({ limits: { connectionsPerIp: 1 } })
    const first = await connectRooms(app, { token: tokenOf(app, 'ana') })
    await expect(connectRooms(app, { token: tokenOf(app, 'ana') })).rejects.toThrow('429')
    await first.close()
  })
  test('10: room names longer than maxParamLength work', async () => {
    const server = await startServer()
    const room = `${'k'.repeat(32)}:${'i'.repeat(128)}`
    expect(room).toHaveLength(161)
    expect((await server.enter('ana', room)).joined.room).toBe(room)
  })
  test('11: a message over limits.batchBytes closes 1009, and nothing is compressed', async () => {
    const server = await startServer({ limits: { messageBytes: 900, batchBytes: 1_000 } })
    const client = await server.connect('ana', { perMessageDeflate: true })
    expect(client.socket.extensions).toBe('')
    client.send('x'.repeat(1_001))
    expect((await client.closed).code).toBe(1009)
    const [major, minor] = (createRequire(import.meta.url)('ws/package.json') as { version: string }).version.split('.').map(Number)
    expect(major! > 8 || minor! >= 23).toBe(true)
  })
  test('12: a client with megabytes unread is ended by force, not closed behind them', async () => {
    const server = await startServer({ limits: { messageBytes: 500_000, batchBytes: 500_000, highWaterBytes: 100_000_000 } })
    const client = await server.join('ana', 'lobby')
    client.socket.pause()
    while (server.app.rooms.stats().bufferedBytes < 5_000_000) {
      for (let n = 0; n < 10; n++) await server.app.rooms.send('lobby', 'note', 'x'.repeat(400_000))
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    const ms = ownTime()
    await server.app.close()
    expect(ms()).toBeLessThan(3_000)
    client.socket.resume()
    expect((await client.closed).code).toBe(1006)
  })
  test('13: a token is never echoed, wherever among the subprotocols it stands', async () => {
    const server = await startServer()
    const bearer = `bearer.${tokenOf(server.app, 'ana')}`
    for (const [offered, selected] of [[[bearer, 'rooms.v1'], 'rooms.v1'], [['rooms.v1', bearer], 'rooms.v1'], [[bearer, 'rooms.v1.single'], 'rooms.v1.single'], [['other', 'rooms.v1', bearer], 'rooms.v1'], [[bearer], undefined], [['bearer64.YWJj'], undefined]] as const) expect(await selectedProtocol(server.port, '/ws', offered)).toBe(selected)
  })
  test('13: the application\'s own sockets select their own subprotocols', async () => {
    const server = await startServer({}, { after: (app) => { app.get('/own', { websocket: true }, () => {}) } })
    const client = await new RawClient(`${server.url}/own`, { protocol: 'graphql-transport-ws' }).opened()
    expect(client.socket.protocol).toBe('graphql-transport-ws')
    expect(await selectedProtocol(server.port, '/own', ['bearer.secret', 'graphql-transport-ws'])).toBe('graphql-transport-ws')
  })
})

describe('upgrades refused over HTTP', () => {
  test.each(['..', '.', '*', '%2A', '%7Bx%7D', '%00', 'lobby%0D%0Ax', '', 'a%2Fb', 'a/b', `${'k'.repeat(33)}`, `k:${'i'.repeat(129)}`, '__proto__', 'Lobby', 'lobby:', 'lobby%20', '%25', '%zz', '%ff'])('a room called %j is 400', async (name) => {
    const server = await startServer()
    expect(await rawRequest(server.port, `/ws/${name}`, UPGRADE)).toBe(400)
    expect(await rawRequest(server.port, `/ws/${name}`)).toBe(400)
  })
  test.each(['/ws', '/ws/lobby', '/ws/chat%3Aa'])('a plain GET on %s is 426', async (path) => {
    const app = await buildApp()
    const answer = await app.inject(path)
    expect(answer.statusCode).toBe(426)
    expect(answer.headers['upgrade']).toBe('websocket')
  })
  test('a version of the protocol that is not ours is 400, before any other', async () => {
    const server = await startServer()
    for (const v of ['2', '', '1.0', '1&v=2']) expect(await rawRequest(server.port, `/ws/lobby?v=${v}`, UPGRADE)).toBe(400)
    await server.connect('ana', { path: '/ws?v=1' })
  })
  test.each([
    ['a key that is none', ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: short']],
    ['no key', ['Sec-WebSocket-Version: 13']],
    ['a version of the past', ['Sec-WebSocket-Version: 7', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']],
    ['no version', ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']],
  ])('%s is 400', async (_, headers) => {
    const server = await startServer()
    expect(await rawRequest(server.port, '/ws', ['Connection: upgrade', 'Upgrade: websocket', ...headers])).toBe(400)
  })
  test('the caps per address and per node are 429 and name the limit', async () => {
    const perIp = await startServer({ limits: { connectionsPerIp: 1 } })
    await perIp.connect('ana')
    expect(await refusedUpgrade(`${perIp.url}/ws`)).toMatchObject({ status: 429, body: expect.stringContaining('limits.connectionsPerIp (1)') })
    const perNode = await startServer({ limits: { connections: 1 } })
    await perNode.connect('ana')
    expect(await refusedUpgrade(`${perNode.url}/ws`)).toMatchObject({ status: 429, body: expect.stringContaining('limits.connections (1)') })
  })
  test('the caps hold also for those who come at once and are let through late, by a hook of the application', async () => {
    let open = (): void => {}
    const opened = new Promise<void>((resolve) => { open = resolve })
    let came = 0
    const server = await startServer({ limits: { connectionsPerIp: 2 } }, { after: (app) => { app.addHook('preHandler', () => { if (++came === 5) open(); return opened }) } })
    const clients = await Promise.all(Array.from({ length: 5 }, () => new RawClient(`${server.url}/ws`, { token: tokenOf(server.app, 'ana') }).opened()))
    const said = await Promise.all(clients.map((client) => Promise.race([client.next('welcome'), client.next('bye')])))
    expect(said.map((frame) => (frame.type === 'bye' ? frame.code : frame.type)).sort()).toEqual([4129, 4129, 4129, 'welcome', 'welcome'])
    expect(said.find((frame) => frame.type === 'bye')).toMatchObject({ reason: expect.stringContaining('limits.connectionsPerIp (2)'), retryAfterMs: expect.any(Number) })
  })
})
