import { describe, expect, test } from 'vitest'
import { sendPoll, type Response } from '../support/poller.js'
import { contract } from '../support/test-contract.js'
import { startServer, type TestServer } from '../support/test-server.js'
import { EventStream } from '../support/event-stream.js'
import { INTRUDER, type Neighbour, settleIn } from './neighbour.js'
import { nameOf, SAMPLES, withField, WRONG_DATA, WRONG_TYPES } from './wrong-fields.js'

const ROOM = '/rooms/chat%3Aa'

async function start(): Promise<{ server: TestServer; neighbour: Neighbour }> {
  const server = await startServer({ contract, limits: { messagesPerSecond: 10_000 } })
  return { server, neighbour: await settleIn(server) }
}

async function expectRefused(rows: readonly (readonly [name: string, body: unknown])[], expected: object, path = ROOM): Promise<void> {
  const { server, neighbour } = await start()
  for (const [name, body] of rows) {
    const { status, body: said } = await sendPoll(server, INTRUDER, body, { path })
    expect([name, { status, ...said }]).toMatchObject([name, expected])
    expect(JSON.stringify(said).length).toBeLessThan(600)
    await neighbour.unharmed()
  }
}

const posted = (['publish', 'signal', 'typing', 'presence'] as const).flatMap((type) => Object.entries(SAMPLES[type].wrong).map(([field, values]) => ({ type, field, values })))

describe('POST /rooms/:room answers what is wrong with its status, and touches nobody else', () => {
  test.each(posted)('$type: $field', async ({ type, field, values }) => {
    await expectRefused(values.map((value) => [nameOf(value), withField(SAMPLES[type].frame, field, value)]), { status: 400, type: 'error', code: 'bad_request' })
  })
  test('the type itself', async () => {
    await expectRefused(WRONG_TYPES.map((value) => [nameOf(value), withField(SAMPLES.publish.frame, 'type', value)]), { status: 400, code: 'unknown_type' })
  })
  test('data that the contract refuses, with its issues', async () => {
    await expectRefused(WRONG_DATA.publish.map((value) => [nameOf(value), withField(SAMPLES.publish.frame, 'data', value)]), { status: 400, code: 'invalid_data', id: 'p-1', issues: expect.arrayContaining([{ path: expect.any(String), message: expect.any(String) }]) })
  })
  test.each(['join', 'leave', 'members', 'auth'] as const)('%s, which belongs to other routes', async (type) => {
    await expectRefused([[type, SAMPLES[type].frame]], { status: 400, code: 'bad_request' })
  })
  test('a value that is no object', async () => {
    await expectRefused([null, true, 7, 'text', [[]]].map((value) => [nameOf(value), JSON.stringify(Array.isArray(value) ? { type: value } : value)]), { status: 400, type: 'error' })
  })
  test.each([
    ['no body', '', 400],
    ['half of one', '{"type":"publish"', 400],
    ['two of them', '{"type":"ping"}{"type":"ping"}', 400],
    ['__proto__', '{"type":"publish","__proto__":{"a":1}}', 400],
    ['constructor.prototype', '{"type":"publish","constructor":{"prototype":{}}}', 400],
    ['a number beyond a double', '{"type":"publish","event":"message","data":1e999}', 400],
    ['33 levels', `{"type":"publish","event":"message","data":${'['.repeat(32)}${']'.repeat(32)}}`, 400],
    ['50,000 levels', `{"type":"publish","event":"message","data":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 400],
    ['text that is not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]).toString('latin1'), 400],
    ['more than limits.batchBytes', `"${'x'.repeat(262_144)}"`, 413],
  ])('a body that is %s', async (_, body, status) => {
    await expectRefused([['body', body]], { status })
  })
  test.each(['..', '%2e%2e', '*', '%7Bx%7D', '%00', 'chat%3Aa%0d%0aX%3A%20y', '', 'chat%3Aa%2Fb', 'chat:a/b', `chat%3A${'a'.repeat(129)}`, '__proto__', '%zz', '%ff', '%ED%A0%80'])('a room called %.40s', async (name) => {
    await expectRefused([[name, SAMPLES.typing.frame]], { status: 400 }, `/rooms/${name}`)
  })
  test('typing, signals and states of a connection that is somebody else\'s, or nobody\'s', async () => {
    const { server, neighbour } = await start()
    const victim = await server.join('bo', 'chat:a')
    const { connection } = victim.ofType('welcome')[0]!
    for (const named of [connection, 'nobody', '', '../..', 'x'.repeat(8_000)])
      for (const type of ['typing', 'signal', 'presence'] as const) {
        expect(await sendPoll(server, INTRUDER, withField(SAMPLES[type].frame, 'room', 'chat:a'), { path: ROOM, headers: { 'rooms-connection': named } })).toMatchObject({ status: 409, body: { code: 'not_joined' } })
        await neighbour.unharmed()
      }
  })
})

describe('POST /poll answers what is wrong with 400, and touches nobody else', () => {
  const rooms = { 'chat:a': null }
  test.each([
    ['rooms', ['x', 7, null, [], ['chat:a'], true, undefined]],
    ['waitMs', ['1', null, -1, 0.5, 1e308, [], {}, true]],
    ['connection', [null, 7, [], {}, true]],
    ['presence', [null, 7, 'x', [], { 'chat:a': '1' }, { 'chat:a': -1 }, { 'chat:a': 1e308 }, { 'chat:a': null }]],
    ['rewind', [null, 7, 'x', [], { 'chat:a': '1' }, { 'chat:a': -1 }, { 'chat:a': 0.5 }, { 'chat:a': 1e308 }]],
  ])('%s', async (field, values) => {
    await expectRefused(values.map((value) => [nameOf(value), { rooms, [field]: value }]), { status: 400, type: 'error', code: 'bad_request' }, '/poll')
  })
  test('the name of a room', async () => {
    await expectRefused(['', '..', '*', 'Chat:a', 'chat:', 'chat:a\r\n', 'chat:\0', 'chat:\ud800', 'constructor.', 'x'.repeat(60_000)].map((name) => [name.slice(0, 40), { rooms: { [name]: null } }]), { status: 400, code: 'bad_request' }, '/poll')
  })
  test('the position in a room', async () => {
    await expectRefused([7, true, [], {}, -1].map((value) => [nameOf(value), { rooms: { 'chat:a': value } }]), { status: 400, code: 'bad_request' }, '/poll')
  })
  test('more rooms than limits.rooms', async () => {
    await expectRefused([['rooms', { rooms: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`chat:${n}`, null])) }]], { status: 400, code: 'bad_request', message: expect.stringContaining('limits.rooms') }, '/poll')
  })
  test('a body that is no object', async () => {
    await expectRefused(['null', '7', '"text"', '[]', 'true', '[{"rooms":{}}]', '', '{"rooms":{}', '{"rooms":{"__proto__":null}}'].map((body) => [body, body]), { status: 400 }, '/poll')
  })
})

describe('GET /poll/:room and GET /sse/:room', () => {
  const polls: [string, number][] = [
    ['position=a&position=b', 400], ['connection=a&connection=b', 400], ['waitMs=-1', 400], ['waitMs=1e3', 400], ['waitMs=0x1', 400], ['waitMs=1&waitMs=2', 400], ['waitMs=99999999999999999999', 400],
    ['rewind=-1', 400], ['rewind=%00', 400], ['presence=x', 400], ['presence[]=1&presence[]=2', 200], ['v=2', 400], ['v=1&v=1', 400], ['__proto__=1&waitMs=0', 200],
  ]
  test.each(polls)('a poll with ?%s is %i, and touches nobody else', async (query, status) => {
    const { server, neighbour } = await start()
    const { status: got } = await sendPoll(server, INTRUDER, null, { method: 'GET', path: `/poll/chat%3Aa?${query}` })
    expect(got).toBe(status)
    await neighbour.unharmed()
  })
  test.each(['token=a&token=b', 'token=', 'token[]=a', 'token=%00', `token=${'x'.repeat(12_000)}`])('a token that is none, ?%.40s, is 401 on every route, and touches nobody else', async (query) => {
    const { server, neighbour } = await start()
    const get = (path: string): Promise<Response> => sendPoll(server, null, null, { method: 'GET', path: `${path}?${query}` })
    expect((await get('/sse/chat%3Aa')).body).toMatchObject({ type: 'bye', code: 4001, retry: 'refresh' })
    expect((await get('/poll/chat%3Aa')).status).toBe(401)
    expect(await sendPoll(server, null, SAMPLES.publish.frame, { path: `${ROOM}?${query}` })).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
    await neighbour.unharmed()
  })
  test.each(['rubbish', '::', 'e:-1:aaaaaaaa', 'e:1e3:aaaaaaaa', '../..', 'x'.repeat(8_000), '%00', '{"a":1}'])('a Last-Event-ID of %.40s joins, and says that it did not recover', async (id) => {
    const { server, neighbour } = await start()
    const stream = await EventStream.open(`http://127.0.0.1:${server.port}/sse/chat%3Aa?rewind=-1&rewind=x`, { authorization: `Bearer ${server.app.jwt.sign({ sub: INTRUDER }, { expiresIn: '1h' })}`, 'last-event-id': id })
    expect((await stream.next('joined')).data).toMatchObject({ recovered: false, replay: 0 })
    await neighbour.unharmed()
  })
})
