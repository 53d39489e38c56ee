import type { FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import { memoryBroker, RoomsRefusal, type RoomsOptions } from '../../src/index.js'
import { connectRooms, type TestConnection } from '../../src/testing/index.js'
import { buildApp, tokenOf } from '../support/test-app.js'

async function post(app: FastifyInstance, user: string | null, payload: unknown, { room = 'chat:1', ...headers }: Record<string, string> = {}) {
  const answer = await app.inject({ method: 'POST', url: `/rooms/${encodeURIComponent(room)}`, headers: { 'content-type': 'application/json', ...(user === null ? {} : { authorization: `Bearer ${tokenOf(app, user)}` }), ...headers }, payload: JSON.stringify(payload) })
  return { status: answer.statusCode, body: answer.json() as Record<string, unknown>, headers: answer.headers }
}
/** The states of a user that the next presence frame tells; an arrival that is not told yet takes a change with it. */
async function statesOf(client: TestConnection, user: string): Promise<unknown[]> {
  const { joined, changed } = await client.nextFrame('presence')
  return [...joined, ...changed].filter((member) => member.user === user).map(({ state }) => state)
}
async function ready(options: RoomsOptions = {}): Promise<FastifyInstance> {
  const app = await buildApp(options)
  await app.ready()
  return app
}

describe('POST /rooms/:room', () => {
  test('publishes without a join, and answers with ack', async () => {
    const app = await ready()
    const bo = await connectRooms(app, { token: tokenOf(app, 'bo'), room: 'chat:1' })
    const { status, body } = await post(app, 'ana', { type: 'publish', event: 'message', data: { text: 'hi' }, id: 'one' })
    expect([status, body]).toMatchObject([200, { type: 'ack', id: 'one' }])
    expect(await bo.next('message')).toMatchObject({ data: { text: 'hi' }, from: 'ana', id: 'one' })
  })
  test('the same id is one event, and other content a conflict', async () => {
    const app = await ready()
    const frame = { type: 'publish', event: 'message', data: 1, id: 'one' }
    await post(app, 'ana', frame)
    expect((await post(app, 'ana', frame)).body).toMatchObject({ type: 'ack', duplicate: true })
    expect(await post(app, 'ana', { ...frame, data: 2 })).toMatchObject({ status: 409, body: { code: 'conflict', id: 'one' } })
    expect(await app.rooms.history('chat:1')).toHaveLength(1)
  })
  test('an array is answered in order, with 200', async () => {
    const app = await ready()
    const { status, body } = await post(app, 'ana', [{ type: 'publish', event: 'a', id: '1' }, { type: 'nope' }, { type: 'publish', event: 'b', id: '2' }])
    expect([status, body]).toMatchObject([200, [{ type: 'ack', id: '1' }, { type: 'error', code: 'unknown_type' }, { type: 'ack', id: '2' }]])
  })
  test.each([
    ['no token', null, { type: 'publish', event: 'a' }, 'chat:1', 401, 'unauthorized'],
    ['a forbidden room', 'ana', { type: 'publish', event: 'a' }, 'own:bo', 403, 'forbidden'],
    ['an unknown kind', 'ana', { type: 'publish', event: 'a' }, 'nope', 403, 'forbidden'],
    ['wrong fields', 'ana', { type: 'publish', event: 7 }, 'chat:1', 400, 'bad_request'],
    ['no object', 'ana', 'text', 'chat:1', 400, 'bad_json'],
    ['frames of other routes', 'ana', { type: 'join', room: 'chat:1' }, 'chat:1', 400, 'bad_request'],
    ['another room', 'ana', { type: 'publish', event: 'a', room: 'chat:2' }, 'chat:1', 400, 'bad_request'],
    ['typing of nobody', 'ana', { type: 'typing', on: true }, 'chat:1', 409, 'not_joined'],
    ['a name that is not in the contract', 'ana', { type: 'publish', event: 'zzz' }, 'chat:1', 403, 'forbidden'],
  ])('answers %s with the status of its error', async (_, user, frame, room, status, code) => {
    const publish = { a: { '~standard': { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value }) } } }
    const app = await ready({ contract: { chat: { access: 'authenticated', events: publish, publish }, own: { access: 'owner' } } })
    expect(await post(app, user, frame, { room })).toMatchObject({ status, body: { type: 'error', code } })
  })
  test("a handler's own refusal reaches the caller", async () => {
    const app = await buildApp()
    app.rooms.handle('chat', 'message', () => { throw new RoomsRefusal('slow_mode', 'one in 10 s') })
    await app.ready()
    expect(await post(app, 'ana', { type: 'publish', event: 'message', id: '1' })).toMatchObject({ status: 400, body: { code: 'slow_mode', message: 'one in 10 s', id: '1' } })
  })
  test('an object over messageBytes is 413 before a handler gets it, also one of an array; one of just so many bytes is none', async () => {
    const app = await buildApp({ limits: { messageBytes: 400 } })
    const got: unknown[] = []
    app.rooms.handle('chat', 'note', ({ data }) => { got.push(data) })
    await app.ready()
    const around = JSON.stringify({ type: 'publish', event: 'note', data: '', id: 'n' }).length
    const fits = { type: 'publish', event: 'note', data: 'é'.repeat((400 - around) / 2), id: 'n' }
    const exceeds = { ...fits, data: `${fits.data}e` + 'e'.repeat((400 - around) % 2), id: 'm' }
    expect(await post(app, 'ana', exceeds)).toMatchObject({ status: 413, body: { type: 'error', code: 'too_large', id: 'm' } })
    expect((await post(app, 'ana', [exceeds, fits])).body).toMatchObject([{ type: 'error', code: 'too_large', id: 'm' }, { type: 'ack', id: 'n' }])
    expect(got).toEqual([fits.data])
  })
  test('a body over batchBytes is 413, another content type 415, a foreign page 403', async () => {
    const app = await ready({ limits: { messageBytes: 100, batchBytes: 200 } })
    expect((await post(app, 'ana', { type: 'publish', event: 'a', data: 'x'.repeat(300) })).status).toBe(413)
    expect((await post(app, 'ana', {}, { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post(app, 'ana', {}, { origin: 'https://evil.example' })).status).toBe(403)
  })
  test('the message rate is per user', async () => {
    const app = await ready({ limits: { messagesPerSecond: 1 } })
    const answers = await Promise.all([1, 2, 3].map(() => post(app, 'ana', { type: 'publish', event: 'a' })))
    const refused = answers.find(({ status }) => status === 429)
    expect(refused?.body).toMatchObject({ code: 'rate_limited' })
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0)
    expect((await post(app, 'bo', { type: 'publish', event: 'a' })).status).toBe(200)
  })
  test('signals, typing and state speak for a connection of the same user', async () => {
    const app = await ready()
    const [ana, bo] = [await connectRooms(app, { token: tokenOf(app, 'ana'), room: 'chat:1' }), await connectRooms(app, { token: tokenOf(app, 'bo'), room: 'chat:1' })]
    const as = { 'rooms-connection': ana.connection }
    expect((await post(app, 'ana', { type: 'signal', signal: 'wave', data: 1 }, as)).status).toBe(200)
    expect(await bo.nextFrame('signal')).toMatchObject({ signal: 'wave', from: 'ana' })
    await post(app, 'ana', { type: 'typing', on: true }, as)
    expect(await bo.nextFrame('typing')).toMatchObject({ user: 'ana', on: true })
    await post(app, 'ana', { type: 'presence', state: { status: 'away' } }, as)
    for (;;) if (JSON.stringify(await statesOf(bo, 'ana')).includes('{"status":"away"}')) break
    expect(ana.frames.some(({ type }) => type === 'signal' || type === 'typing')).toBe(false)
    expect(await post(app, 'bo', { type: 'typing', on: true }, as)).toMatchObject({ status: 409, body: { code: 'not_joined' } })
  })
  test('any node acts for a connection that another node holds', async () => {
    const broker = memoryBroker()
    const [here, there] = [await ready({ broker }), await ready({ broker })]
    const [ana, bo] = [await connectRooms(here, { token: tokenOf(here, 'ana'), room: 'chat:1' }), await connectRooms(here, { token: tokenOf(here, 'bo'), room: 'chat:1' })]
    const as = { 'rooms-connection': ana.connection }
    await post(there, 'ana', { type: 'signal', signal: 'wave' }, as)
    expect(await bo.nextFrame('signal')).toMatchObject({ from: 'ana' })
    await post(there, 'ana', { type: 'presence', state: 'away' }, as)
    for (;;) if ((await statesOf(bo, 'ana')).includes('away')) break
    await post(there, 'bo', { type: 'presence', state: 'forged' }, as)
    await post(there, 'ana', { type: 'presence', state: 'back' }, as)
    const changes: unknown[] = []
    while (changes.at(-1) !== 'back') changes.push(...(await statesOf(bo, 'ana')))
    expect(changes).toEqual(['back'])
  })
})
