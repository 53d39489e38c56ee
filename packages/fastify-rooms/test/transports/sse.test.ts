import { encodeFrame } from 'rooms-protocol'
import { describe, expect, test } from 'vitest'
import { eventStreamText } from '../../src/event-stream.js'
import { EventStream } from '../support/event-stream.js'
import { tokenOf } from '../support/test-app.js'
import { startServer, type TestServer } from '../support/test-server.js'

function openSse({ app, port }: TestServer, user: string | null, path = '/sse/chat%3A1', headers: Record<string, string> = {}): Promise<EventStream> {
  return EventStream.open(`http://127.0.0.1:${port}${path}`, { ...(user === null ? {} : { authorization: `Bearer ${tokenOf(app, user)}` }), ...headers })
}

describe('GET /sse/:room', () => {
  test('streams welcome, joined and events, each with its type and its place', async () => {
    const server = await startServer()
    const stream = await openSse(server, 'ana')
    expect(stream.status).toBe(200)
    expect(stream.response.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' })
    expect((await stream.next('welcome')).data).toMatchObject({ user: 'ana' })
    const joined = await stream.next('joined')
    expect(joined.id).toBe(joined.data['position'])
    const { position } = await server.app.rooms.send('chat:1', 'message', { text: 'hello' })
    const event = await stream.next('event')
    expect([event.id, event.data['data']]).toEqual([position, { text: 'hello' }])
    expect(stream.text).toMatch(/^retry: \d+\n/)
  })
  test('resumes by Last-Event-ID, which wins over position', async () => {
    const server = await startServer()
    const { position } = await server.app.rooms.send('chat:1', 'message', 1)
    await server.app.rooms.send('chat:1', 'message', 2)
    const stream = await openSse(server, 'ana', '/sse/chat%3A1?position=rubbish', { 'last-event-id': position! })
    const joined = await stream.next('joined')
    // Cut here, a client must come back with the place before the replay, not the one after it.
    expect([joined.data['recovered'], joined.data['replay'], joined.id]).toEqual([true, 1, undefined])
    expect((await stream.next('event')).data['data']).toBe(2)
  })
  test('takes a garbage id for what it is', async () => {
    const stream = await openSse(await startServer(), 'ana', '/sse/chat%3A1', { 'last-event-id': '../../etc' })
    expect((await stream.next('joined')).data).toMatchObject({ recovered: false, reason: 'invalid' })
  })
  test('line breaks in data cannot split an event', async () => {
    const server = await startServer()
    const stream = await openSse(server, 'ana')
    await stream.next('joined')
    const data = { text: 'a\r\n\r\nevent: bye\ndata: {}\n\n\u2028' }
    await server.app.rooms.send('chat:1', 'message', data)
    expect((await stream.next('event')).data['data']).toEqual(data)
  })
  test('errors are called rooms-error, because EventSource takes error for its own', () => {
    expect(eventStreamText({ text: encodeFrame({ type: 'error', code: 'internal', message: 'm' }), lane: 'state' })).toBe('event: rooms-error\ndata: {"type":"error","code":"internal","message":"m"}\n\n')
  })
  test('names the place of a skip', async () => {
    const server = await startServer()
    const stream = await openSse(server, 'ana')
    const connection = String((await stream.next('welcome')).data['connection'])
    await stream.next('joined')
    const { position } = await server.app.rooms.send('chat:1', 'message', 1, { except: connection })
    const skip = await stream.next('skip')
    expect([skip.id, skip.data['offset']]).toEqual([position, 1])
  })
  test('shares presence with WebSockets, and leaves when the stream ends', async () => {
    const server = await startServer({ presence: { graceMs: 20 } })
    const bo = await server.join('bo', 'chat:1')
    const stream = await openSse(server, 'ana')
    await stream.next('joined')
    expect((await bo.next('presence')).joined.map(({ user }) => user)).toContain('ana')
    stream.close()
    for (;;) if ((await bo.next('presence')).left.includes('ana')) break
    expect(await server.app.rooms.size('chat:1')).toBe(1)
  })
  test.each([
    ['no token', null, '/sse/chat%3A1', 401, 4001],
    ['a bad token', null, '/sse/chat%3A1?token=bad', 401, 4001],
    ['a room that is not theirs', 'ana', '/sse/own%3Abo', 403, 4003],
    ['an unknown kind', 'ana', '/sse/nope%3A1', 403, 4003],
  ])('refuses %s with its status and bye', async (_, user, path, status, code) => {
    const server = await startServer({ contract: { chat: { access: 'authenticated' }, own: { access: 'owner' } } })
    const { app } = server
    const answer = await app.inject({ url: path, headers: user === null ? {} : { authorization: `Bearer ${tokenOf(app, user)}` } })
    expect([answer.statusCode, answer.json()]).toMatchObject([status, { type: 'bye', code }])
  })
  test.each([['/sse/..%2fx', 400], ['/sse/', 400], ['/sse/%00', 400]])('refuses %s as no room', async (path, status) => {
    const { app } = await startServer()
    expect((await app.inject({ url: path, headers: { authorization: `Bearer ${tokenOf(app, 'ana')}` } })).statusCode).toBe(status)
  })
  test('refuses foreign pages', async () => {
    const { app } = await startServer()
    expect((await app.inject({ url: '/sse/chat%3A1', headers: { authorization: `Bearer ${tokenOf(app, 'ana')}`, origin: 'https://evil.example' } })).statusCode).toBe(403)
  })
  test('where a limit is reached it says when to come back and ends, with 200', async () => {
    const server = await startServer({ limits: { connectionsPerIp: 1 } })
    await openSse(server, 'ana')
    const second = await openSse(server, 'ana')
    expect(second.status).toBe(200)
    expect((await second.next('bye')).data).toMatchObject({ code: 4129 })
    await second.ended
    expect(Number(/^retry: (\d+)$/m.exec(second.text)?.[1])).toBeGreaterThan(0)
  })
  test('a limit holds also for those who come at once and are authenticated late', async () => {
    let open = (): void => {}
    const opened = new Promise<void>((resolve) => { open = resolve })
    let came = 0
    const authenticate = async (): Promise<{ id: string }> => {
      if (++came === 5) open()
      await opened
      return { id: 'ana' }
    }
    const server = await startServer({ limits: { connectionsPerIp: 2 }, authenticate }, { jwt: false })
    const streams = await Promise.all(Array.from({ length: 5 }, () => EventStream.open(`http://127.0.0.1:${server.port}/sse/chat%3A1`)))
    const said = await Promise.all(streams.map((stream) => Promise.race([stream.next('joined'), stream.next('bye')])))
    expect(said.map(({ data }) => (data.type === 'bye' ? data.code : data.type)).sort()).toEqual([4129, 4129, 4129, 'joined', 'joined'])
  })
  test('ends with bye refresh when the token expires', async () => {
    const server = await startServer({ pingMs: 100, authenticate: async () => ({ id: 'ana', expiresAt: Date.now() + 200 }) }, { jwt: false })
    const stream = await EventStream.open(`http://127.0.0.1:${server.port}/sse/chat%3A1`)
    expect((await stream.next('bye')).data).toMatchObject({ code: 4001, retry: 'refresh' })
    await stream.ended
  })
  test('a silent stream gets ping objects, and lives on', async () => {
    const server = await startServer({ pingMs: 50 })
    const stream = await openSse(server, 'ana')
    await stream.next('ping')
    await stream.next('ping')
    expect(server.app.rooms.stats().connections).toBe(1)
  })
  test('an open stream does not hold up close()', async () => {
    const server = await startServer()
    const streams = await Promise.all(Array.from({ length: 20 }, (_, n) => openSse(server, `user-${n}`)))
    await Promise.all(streams.map((stream) => stream.next('joined')))
    await server.app.close()
    await Promise.all(streams.map(async (stream) => {
      expect((await stream.next('bye')).data).toMatchObject({ code: 4200 })
      await stream.ended
    }))
  })
})
