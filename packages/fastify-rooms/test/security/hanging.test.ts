import { afterEach, describe, expect, test, vi } from 'vitest'
import { RawTcp } from '../bad-input/raw-tcp.js'
import { logLines } from '../support/log-lines.js'
import { sendPoll } from '../support/poller.js'
import { RawClient } from '../support/raw-client.js'
import { tokenOf } from '../support/test-app.js'
import { contract } from '../support/test-contract.js'
import { startServer } from '../support/test-server.js'

const never = new Promise<never>(() => {})
const ROUTES = [['/sse/lobby', 'GET'], ['/poll/lobby', 'GET'], ['/poll', 'POST'], ['/rooms/lobby', 'POST']] as const

afterEach(() => { vi.useRealTimers() })

describe('a request whose body does not come', () => {
  test.each(['/poll', '/rooms/lobby'])('to %s is ended after limits.unauthenticatedMs', async (path) => {
    const server = await startServer({ limits: { unauthenticatedMs: 100 } })
    const client = new RawTcp(server.port)
    client.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`)
    await client.ended
  })
  test('drips, and is ended all the same', async () => {
    const server = await startServer({ limits: { unauthenticatedMs: 200 } })
    const client = new RawTcp(server.port)
    const drip = setInterval(() => client.write(' '), 20)
    client.write('POST /poll HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n')
    await client.ended
    clearInterval(drip)
  })
})

describe('authenticate that hangs', () => {
  test.each(ROUTES)('is answered by 401 after limits.unauthenticatedMs at %s, by %s', async (path, method) => {
    const server = await startServer({ authenticate: () => never, limits: { unauthenticatedMs: 50 } })
    expect((await sendPoll(server, 'ana', { rooms: { lobby: null } }, { path, method })).status).toBe(401)
  })
  test('keeps no endless queue of messages without a letter', async () => {
    const server = await startServer({ authenticate: () => never, limits: { messageBytes: 100, batchBytes: 100 } })
    const client = await new RawClient(`${server.url}/ws`, { token: 'x' }).opened()
    for (let n = 0; n < 101; n++) client.socket.send('')
    expect((await client.closed).code).toBe(1009)
  })
  test('when it is asked for a refresh ends the connection with 4001', async () => {
    const server = await startServer({ authenticate: (_, token) => (token === 'new' ? never : Promise.resolve({ id: 'ana' })), limits: { unauthenticatedMs: 200 } }, { jwt: false })
    const client = await server.join('ana', 'lobby')
    client.send({ type: 'auth', token: 'new', id: 'a' })
    expect(await client.next('bye')).toMatchObject({ code: 4001, retry: 'refresh' })
  })
})

describe('authorize that hangs', () => {
  test('ends a join with 1011 after 10 s, says so in the log, and holds up no other room', async () => {
    const log = logLines()
    const server = await startServer({ authorize: ({ room }) => (room.id === 'hangs' ? never : undefined) }, { server: log.server })
    const client = await server.connect('ana')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    client.send({ type: 'join', room: 'chat:hangs' }, { type: 'join', room: 'chat:fine' })
    await client.next('joined')
    await vi.advanceTimersByTimeAsync(10_000)
    vi.useRealTimers()
    expect(await client.next('left')).toMatchObject({ room: 'chat:hangs', code: 1011, retry: 'backoff' })
    expect(log.text()).toContain('authorize')
  })
  test('answers a publish by `internal`, and the next works', async () => {
    let hangs = true
    const server = await startServer({ authorize: ({ action }) => (action === 'publish' && hangs ? never : true) })
    const client = await server.join('ana', 'lobby')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    client.send({ type: 'publish', event: 'note', data: 1, id: 'p' })
    client.send({ type: 'ping' })
    await once(client, 'pong')
    await vi.advanceTimersByTimeAsync(10_000)
    vi.useRealTimers()
    expect(await client.next('error')).toMatchObject({ code: 'internal', id: 'p' })
    hangs = false
    expect(await client.publish('note', 2)).toMatchObject({ type: 'ack' })
  })
})

test('onJoin that hangs ends the join after 10 s', async () => {
  const server = await startServer({}, { after: (app) => app.rooms.addHook('onJoin', () => never) })
  const client = await server.connect('ana')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  client.send({ type: 'join', room: 'lobby' }, { type: 'ping' })
  await once(client, 'pong')
  await vi.advanceTimersByTimeAsync(10_000)
  vi.useRealTimers()
  expect(await client.next('left')).toMatchObject({ room: 'lobby', code: expect.any(Number) })
})

test('a schema that hangs answers the publish by an error after 10 s', async () => {
  const odd = { '~standard': { version: 1 as const, vendor: 'test', validate: () => never } }
  const server = await startServer({ contract: { chat: { access: 'authenticated', events: { odd }, publish: { odd } } } })
  const client = await server.join('ana', 'chat:a')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  client.send({ type: 'publish', event: 'odd', data: 1, id: 'p' }, { type: 'ping' })
  await once(client, 'pong')
  await vi.advanceTimersByTimeAsync(10_000)
  vi.useRealTimers()
  expect(await client.next('error')).toMatchObject({ code: 'internal', id: 'p' })
})

test('an array of more objects than a burst may have is refused whole', async () => {
  const server = await startServer({ contract })
  const many = Array.from({ length: 101 }, (_, n) => ({ type: 'publish', event: 'message', data: { text: 'x' }, id: `p-${n}` }))
  const { status, body } = await sendPoll(server, 'ana', many, { path: '/rooms/chat%3Aa' })
  expect([status, body]).toMatchObject([413, { type: 'error', code: 'too_large' }])
  expect(await server.app.rooms.history('chat:a')).toEqual([])
})

test('a frame that breaks the WebSocket protocol is no error of the server: no line of its level', async () => {
  const log = logLines()
  const server = await startServer({}, { server: log.server })
  const client = new RawClient(`${server.url}/ws/lobby`, { token: tokenOf(server.app, 'ana') })
  await client.next('joined')
  const { _socket: socket } = client.socket as unknown as { _socket: { write(bytes: Buffer): void } }
  socket.write(Buffer.from([0x81, 0x01, 0x20]))
  expect((await client.closed).code).toBe(1002)
  expect(log.lines().filter(({ level }) => Number(level) >= 50)).toEqual([])
})

/** While time stands still: a client's own waiting would never end. */
async function once(client: RawClient, type: string): Promise<void> {
  while (!client.frames.some((frame) => frame.type === type)) await new Promise<void>((resolve) => setImmediate(resolve))
}
