import { describe, expect, test } from 'vitest'
import { memoryBroker, type RoomsOptions } from '../../src/index.js'
import { countAsks, Poller, sendPoll } from '../support/poller.js'
import { startServer, type TestServer } from '../support/test-server.js'

const contract: RoomsOptions['contract'] = { chat: { access: 'authenticated' }, own: { access: 'owner' } }

/** Says a thing to a client between two polls, and whether its next poll is at the node that knew it. */
const PLACES = [['on the node that knew it', 'here'], ['on another node', 'there']] as const

async function nodes(options: RoomsOptions = {}): Promise<{ here: TestServer; there: TestServer }> {
  const broker = memoryBroker()
  return { here: await startServer({ ...options, broker }), there: await startServer({ ...options, broker }) }
}

describe('a poll is refused', () => {
  test.each([
    ['no token', null, 'POST', '/poll', {}, 401, { type: 'bye', code: 4001, retry: 'refresh' }],
    ['a bad token', null, 'GET', '/poll/chat%3A1?token=bad', {}, 401, { type: 'bye', code: 4001 }],
    ['a room that is not theirs', 'ana', 'GET', '/poll/own%3Abo', {}, 403, { type: 'bye', code: 4003, retry: 'never' }],
    ['an unknown kind', 'ana', 'GET', '/poll/nope%3A1', {}, 403, { type: 'bye', code: 4003 }],
    ['a foreign page', 'ana', 'POST', '/poll', { origin: 'https://evil.example' }, 403, { statusCode: 403 }],
    ['a foreign page by GET', 'ana', 'GET', '/poll/chat%3A1', { origin: 'null' }, 403, { statusCode: 403 }],
    ['another type than JSON', 'ana', 'POST', '/poll', { 'content-type': 'text/plain' }, 415, { statusCode: 415 }],
    ['another version', 'ana', 'POST', '/poll?v=2', {}, 400, { statusCode: 400 }],
    ['no room', 'ana', 'GET', '/poll/', {}, 400, { statusCode: 400 }],
    ['a room that is none', 'ana', 'GET', '/poll/..%2fx', {}, 400, { statusCode: 400 }],
    ['a control character', 'ana', 'GET', '/poll/%00', {}, 400, { statusCode: 400 }],
    ['a wait that is none', 'ana', 'GET', '/poll/chat%3A1?waitMs=soon', {}, 400, { type: 'error', code: 'bad_request', message: "'waitMs' expects a whole number from 0 up" }],
  ])('for %s', async (_, user, method, path, headers, status, body) => {
    const server = await startServer({ contract })
    expect(await sendPoll(server, user, { rooms: { 'chat:1': null } }, { method, path, headers: headers as Record<string, string> })).toMatchObject({ status, body })
  })
  test.each([
    ['text that is not JSON', '{"rooms"', 400, {}],
    ['a forbidden key', '{"rooms":{"__proto__":null}}', 400, {}],
    ['no rooms', '{}', 400, { type: 'error', code: 'bad_request' }],
    ['a body over batchBytes', JSON.stringify({ rooms: {}, connection: 'x'.repeat(400) }), 413, {}],
  ])('for %s', async (_, body, status, said) => {
    const server = await startServer({ limits: { messageBytes: 100, batchBytes: 300 } })
    expect(await sendPoll(server, 'ana', body)).toMatchObject({ status, body: said })
  })
  test('by left where one of several rooms is refused, and goes on with the others', async () => {
    const server = await startServer({ contract })
    const ana = new Poller('ana', 'chat:1', 'own:bo', 'nope')
    const messages = await ana.poll(server)
    expect(messages).toContainEqual(expect.objectContaining({ type: 'left', room: 'own:bo', code: 4003, retry: 'never' }))
    expect(messages).toContainEqual(expect.objectContaining({ type: 'left', room: 'nope', code: 4003, retry: 'never' }))
    expect(Object.keys(ana.rooms)).toEqual(['chat:1'])
  })
  test('by onConnect and onJoin, in the words of the application', async () => {
    const server = await startServer({}, { after: (app) => {
      app.rooms.addHook('onConnect', ({ user }) => { if (user.id === 'eve') throw new Error('no') })
      app.rooms.addHook('onJoin', ({ user }) => { if (user.id === 'cy') throw new Error('no') })
    } })
    expect(await new Poller('eve', 'lobby').poll(server)).toMatchObject([{ type: 'bye', code: 4003 }])
    expect(await new Poller('cy', 'lobby').poll(server)).toMatchObject([{ type: 'welcome' }, { type: 'left', code: 4003 }])
    expect(server.app.rooms.stats().connections).toBe(1)
  })
  test.each([['per address', { connectionsPerIp: 1 }], ['of the node', { connections: 1 }]])('with a time to come back where the limit %s is reached; who is known goes on', async (_, limits) => {
    const server = await startServer({ limits })
    const ana = new Poller('ana', 'lobby')
    await ana.poll(server)
    const { status, headers, body } = await sendPoll(server, 'bo', { rooms: { lobby: null } })
    expect([status, body]).toMatchObject([429, { type: 'bye', code: 4129, retry: 'backoff' }])
    expect(Number(headers['retry-after'])).toBe(Math.ceil(Number(body['retryAfterMs']) / 1_000))
    expect(await ana.poll(server, 10)).toEqual([])
  })
  test('by bye where a user holds too many connections', async () => {
    const server = await startServer({ limits: { connectionsPerUser: 1 } })
    await server.join('ana', 'lobby')
    expect(await new Poller('ana', 'lobby').poll(server)).toMatchObject([{ type: 'bye', code: 4130, retry: 'backoff' }])
  })
  test('where a user polls too often, with the time to wait', async () => {
    const server = await startServer({ limits: { messagesPerSecond: 1, connectionsPerUser: 1 } })
    const ana = new Poller('ana', 'lobby')
    for (let n = 0; n < 2; n++) await ana.poll(server, 0)
    const { status, headers, body } = await sendPoll(server, 'ana', { ...ana.request, waitMs: 0 })
    expect([status, body]).toMatchObject([429, { type: 'error', code: 'rate_limited', retryAfterMs: expect.any(Number) }])
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
  })
  test('with bye where the server drains, and a waiting one is answered with it', async () => {
    const answers: unknown[] = []
    const asking = countAsks()
    const server: TestServer = await startServer({ authorize: asking.authorize }, { server: { return503OnClosing: false }, after: (app) => {
      app.addHook('preClose', async () => { answers.push(await sendPoll(server, 'bo', { rooms: {} })) })
    } })
    const ana = new Poller('ana', 'lobby')
    await ana.poll(server)
    const waiting = ana.poll(server, 20_000)
    await asking.times(1)
    await server.app.close()
    expect(await waiting).toMatchObject([{ type: 'bye', code: 4200, retry: 'now' }])
    expect(answers).toMatchObject([{ status: 503, body: { type: 'bye', code: 4200, retryAfterMs: expect.any(Number) } }])
  })
})

describe('a client that is sent away', () => {
  test('while it waits is told at once', async () => {
    const asking = countAsks()
    const { here, there } = await nodes({ authorize: asking.authorize })
    const ana = new Poller('ana', 'chat:1')
    await ana.poll(here)
    const waiting = ana.poll(here)
    await asking.times(1)
    await there.app.rooms.disconnect({ user: 'ana' })
    expect(await waiting).toMatchObject([{ type: 'bye', code: 4010, retry: 'never' }])
    expect(await here.app.rooms.size('chat:1')).toBe(0)
  })
  test.each(PLACES)('between two polls is told at the next, %s', async (_, place) => {
    const servers = await nodes()
    const [ana, bo] = [new Poller('ana', 'chat:1'), new Poller('bo', 'chat:1')]
    await ana.poll(servers.here)
    await bo.poll(servers.here)
    await servers.there.app.rooms.disconnect({ user: 'ana' })
    await servers.there.app.rooms.disconnect({ connection: bo.connection! })
    for (const client of [ana, bo]) expect(await client.poll(servers[place])).toMatchObject([{ type: 'bye', code: 4010, retry: 'never' }])
    expect(await servers.here.app.rooms.size('chat:1')).toBe(0)
  })
  test.each(PLACES)('from a room is told at the next poll, %s, and stays in the others', async (_, place) => {
    const servers = await nodes()
    const ana = new Poller('ana', 'chat:1', 'chat:2')
    await ana.poll(servers.here)
    await servers.there.app.rooms.disconnect({ room: 'chat:1' })
    expect(await ana.poll(servers[place], 200)).toContainEqual({ type: 'left', room: 'chat:1', code: 4010, reason: 'removed by the server', retry: 'never' })
    expect(Object.keys(ana.rooms)).toEqual(['chat:2'])
    expect(await servers.here.app.rooms.size('chat:1')).toBe(0)
  })
  test.each(PLACES)('by a recheck is told at the next poll, %s', async (_, place) => {
    let isAllowed = true
    const servers = await nodes({ authorize: ({ user }) => user.id !== 'ana' || isAllowed })
    const ana = new Poller('ana', 'chat:1')
    await ana.poll(servers.here)
    isAllowed = false
    await servers.there.app.rooms.recheck('ana')
    await expect.poll(() => servers.here.app.rooms.size('chat:1')).toBe(0)
    expect(await ana.poll(servers[place], 200)).toMatchObject([{ type: 'left', room: 'chat:1', code: 4003 }])
    expect(ana.rooms).toEqual({})
  })
  test('by a recheck while it waits is told at once', async () => {
    let isAllowed = true
    const asking = countAsks()
    const server = await startServer({ authorize: (question) => asking.authorize(question) && isAllowed })
    const ana = new Poller('ana', 'chat:1')
    await ana.poll(server)
    const waiting = ana.poll(server)
    await asking.times(1)
    isAllowed = false
    await server.app.rooms.recheck('ana')
    expect(await waiting).toMatchObject([{ type: 'left', room: 'chat:1', code: 4003 }])
  })
})
