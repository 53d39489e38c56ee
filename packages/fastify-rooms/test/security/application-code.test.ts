import { describe, expect, test } from 'vitest'
import type { RoomsOptions, User } from '../../src/index.js'
import { watchProcess } from '../bad-input/neighbour.js'
import { logLines } from '../support/log-lines.js'
import { sendPoll } from '../support/poller.js'
import { RawClient } from '../support/raw-client.js'
import { startServer } from '../support/test-server.js'

const cycle: unknown[] = []
cycle.push(cycle)
/** What plain JavaScript may throw. */
const THROWN: [string, unknown][] = [['an Error', new Error('inside')], ['null', null], ['undefined', undefined], ['a text', 'inside'], ['a number', 7], ['an object', { statusCode: 'teapot', code: 7, message: { inside: true } }], ['a frozen object', Object.freeze({})]]
const { proxy: revoked, revoke } = Proxy.revocable({}, {})
revoke()
/** The same, and what throws again when it is looked at. */
const THROWN_AND_WORSE: [string, unknown][] = [...THROWN, ['getters that throw', { get message() { throw new Error('inside') }, get statusCode() { throw new Error('inside') } }], ['a revoked proxy', revoked]]

describe('authenticate that answers nonsense signs nobody in, on any transport', () => {
  const nonsense: [string, unknown][] = [['undefined', undefined], ['true', true], ['a text', 'ana'], ['a number', 7], ['an array', ['ana']], ['no id', {}], ['an empty id', { id: '' }], ['an id that is a number', { id: 7 }], ['an id too long', { id: 'é'.repeat(65) }], ['an end that is no number', { id: 'ana', expiresAt: 'soon' }], ['an end that never is', { id: 'ana', expiresAt: Number.NaN }]]
  test.each(nonsense)('%s', async (_, said) => {
    watchProcess()
    const server = await startServer({ authenticate: () => said as Promise<User> })
    expect((await new RawClient(`${server.url}/ws/lobby`, { token: 'x' }).closed).code).toBe(4001)
    for (const [path, method] of [['/sse/lobby', 'GET'], ['/poll/lobby', 'GET'], ['/poll', 'POST'], ['/rooms/lobby', 'POST']] as const) expect([path, (await sendPoll(server, 'ana', { rooms: {} }, { path, method })).status]).toEqual([path, 401])
  })
})

describe('application code that throws is answered and logged, and says nothing of itself', () => {
  test.each(THROWN_AND_WORSE)('authenticate, at once or later: %s', async (_, thrown) => {
    watchProcess()
    for (const authenticate of [() => { throw thrown }, () => Promise.reject(thrown)] as NonNullable<RoomsOptions['authenticate']>[]) {
      const log = logLines()
      const server = await startServer({ authenticate }, { server: log.server })
      expect((await new RawClient(`${server.url}/ws/lobby`, { token: 'x' }).closed).code).toBe(1011)
      for (const [path, method] of [['/sse/lobby', 'GET'], ['/poll/lobby', 'GET'], ['/poll', 'POST'], ['/rooms/lobby', 'POST']] as const) {
        const failures = (): number => log.lines().filter(({ level }) => Number(level) >= 50).length
        const before = failures()
        const { status, body } = await sendPoll(server, 'ana', { rooms: {} }, { path, method })
        expect([path, status, body]).toEqual([path, 500, { type: 'error', code: 'internal', message: 'internal error' }])
        expect(failures()).toBeGreaterThan(before)
      }
      expect(log.lines().some(({ level }) => Number(level) >= 50)).toBe(true)
    }
  })
  test.each(THROWN_AND_WORSE)('authorize, at a join and at a publish: %s', async (_, thrown) => {
    watchProcess()
    const log = logLines()
    let fails = true
    const server = await startServer({ authorize: ({ action }) => { if (fails || action === 'publish') throw thrown; return true } }, { server: log.server })
    const client = await server.connect('ana')
    client.send({ type: 'join', room: 'lobby' })
    expect(await client.next('left')).toMatchObject({ code: 1011, reason: 'the room is not available now' })
    fails = false
    client.send({ type: 'join', room: 'lobby' })
    await client.next('joined')
    expect(await client.publish('note', 1, { room: 'lobby' })).toMatchObject({ type: 'error', code: 'internal' })
    fails = true
    for (const [path, method] of [['/sse/lobby', 'GET'], ['/poll/lobby', 'GET'], ['/rooms/lobby', 'POST']] as const) expect(await sendPoll(server, 'ana', { type: 'publish', event: 'note' }, { path, method })).toMatchObject({ status: 500, body: { type: 'error', code: 'internal', message: 'internal error' } })
    expect(client.messages.join()).not.toContain('inside')
    expect(log.lines().filter(({ level }) => Number(level) >= 50).length).toBeGreaterThanOrEqual(1)
  })
  test.each(THROWN_AND_WORSE)('a publish handler, at once or later: %s', async (_, thrown) => {
    watchProcess()
    const server = await startServer({}, { after: (app) => {
      app.rooms.handle('lobby', 'sync', () => { throw thrown })
      app.rooms.handle('lobby', 'async', () => Promise.reject(thrown))
    } })
    const client = await server.join('ana', 'lobby')
    for (const event of ['sync', 'async']) {
      const answer = await client.publish(event, 1)
      expect(answer).toMatchObject({ type: 'error', code: 'internal' })
    }
    for (const event of ['sync', 'async']) expect((await sendPoll(server, 'ana', { type: 'publish', event, id: 'p' }, { path: '/rooms/lobby' })).status).toBeGreaterThanOrEqual(400)
    expect(client.messages.join()).not.toContain('inside')
  })
  test.each(THROWN_AND_WORSE)('every hook, at once or later: %s', async (_, thrown) => {
    watchProcess()
    for (const hook of [() => { throw thrown }, () => Promise.reject(thrown)]) {
      const refusing = await startServer({}, { after: (app) => app.rooms.addHook('onConnect', hook) })
      expect((await new RawClient(`${refusing.url}/ws/lobby`, { token: refusing.app.jwt.sign({ sub: 'ana' }, { expiresIn: '1h' }) }).closed).code).toBe(4003)
      const watching = await startServer({ presence: { graceMs: 0 } }, { after: (app) => { for (const name of ['onLeave', 'onDisconnect', 'onMemberJoined', 'onMemberLeft'] as const) app.rooms.addHook(name as 'onLeave', hook) } })
      const client = await watching.join('ana', 'lobby')
      client.send({ type: 'leave', room: 'lobby' })
      expect(await client.next('left')).toMatchObject({ code: 1000 })
    }
  })
})

describe('a handler that returns what cannot be written is answered by an error, and the next publish works', () => {
  test.each([
    ['a BigInt', 7n, 'internal'], ['a cycle', cycle, 'internal'], ['a toJSON that throws', { toJSON: () => { throw new Error('inside') } }, 'internal'],
    ['more than limits.messageBytes', 'x'.repeat(70_000), 'too_large'],
  ])('%s', async (_, returned, code) => {
    watchProcess()
    const server = await startServer({}, { after: (app) => app.rooms.handle('lobby', 'odd', ({ data }) => (data === 'fine' ? 'fine' : returned)) })
    const client = await server.join('ana', 'lobby')
    expect(await client.publish('odd', 1)).toMatchObject({ type: 'error', code })
    expect(await client.publish('odd', 'fine')).toMatchObject({ type: 'ack' })
    expect(client.messages.join()).not.toContain('inside')
  })
  test.each([['a function', () => {}], ['a symbol', Symbol('x')], ['NaN', Number.NaN], ['a Date', new Date(0)], ['a Map', new Map()]])('%s is answered', async (_, returned) => {
    watchProcess()
    const server = await startServer({}, { after: (app) => app.rooms.handle('lobby', 'odd', () => returned) })
    const client = await server.join('ana', 'lobby')
    expect(['ack', 'error']).toContain((await client.publish('odd', 1)).type)
    await client.settled()
  })
})

describe('a schema that answers nonsense', () => {
  test.each([['null', () => null], ['undefined', () => undefined], ['true', () => true], ['an empty object', () => ({})], ['a text', () => 'yes'], ['issues that are no list', () => ({ issues: 7 })], ['a promise that is rejected', () => Promise.reject(new Error('inside'))], ['a throw', () => { throw new Error('inside') }]])('%s: the publish is answered by an error', async (_, answers) => {
    watchProcess()
    const odd = { '~standard': { version: 1 as const, vendor: 'test', validate: answers as () => never } }
    const server = await startServer({ contract: { chat: { access: 'authenticated', events: { odd }, publish: { odd } } } })
    const client = await server.join('ana', 'chat:a')
    const answer = await client.publish('odd', 1)
    expect(client.messages.join()).not.toContain('inside')
    expect(answer).toMatchObject({ type: 'error', code: 'internal' })
  })
  test('issues that are no text are told as text', async () => {
    const odd = { '~standard': { version: 1 as const, vendor: 'test', validate: (() => ({ issues: [{ message: 7n, path: [7n, Symbol('here')] }] })) as () => never } }
    const server = await startServer({ contract: { chat: { access: 'authenticated', events: { odd }, publish: { odd } } } })
    expect(await (await server.join('ana', 'chat:a')).publish('odd', 1)).toMatchObject({ type: 'error', code: 'invalid_data', issues: [{ path: '7.Symbol(here)', message: '7' }] })
  })
  test('a thenable that is no promise is waited for', async () => {
    const later = {}
    Reflect.set(later, 'then', (answer: (said: object) => void) => setImmediate(answer, { issues: [{ message: 'no' }] }))
    const odd = { '~standard': { version: 1 as const, vendor: 'test', validate: (() => later) as () => never } }
    const server = await startServer({ contract: { chat: { access: 'authenticated', events: { odd }, publish: { odd } } } })
    expect(await (await server.join('ana', 'chat:a')).publish('odd', 1)).toMatchObject({ type: 'error', code: 'invalid_data' })
  })
})

describe('a schema that makes of a state or a signal what cannot be told', () => {
  const made: [string, unknown, string][] = [['a BigInt', 7n, 'internal'], ['a cycle', cycle, 'internal'], ['a toJSON that throws', { toJSON: () => { throw new Error('inside') } }, 'internal'], ['more than the limit', 'x'.repeat(70_000), 'too_large']]
  test.each(made)('%s: is answered, and nobody else is disturbed', async (_, value, code) => {
    watchProcess()
    const odd = { '~standard': { version: 1 as const, vendor: 'test', validate: (given: unknown) => ({ value: given === 'odd' ? value : given }) } }
    const server = await startServer({ contract: { chat: { access: 'authenticated', signals: { odd }, state: odd } } })
    const [bo, ana] = [await server.join('bo', 'chat:a'), await server.connect('ana')]
    ana.send({ type: 'join', room: 'chat:a', state: 'odd' })
    expect(await ana.next('error')).toMatchObject({ code, room: 'chat:a' })
    await ana.next('joined')
    for (const [odder, fine] of [[{ type: 'presence', room: 'chat:a', state: 'odd' }, { type: 'presence', room: 'chat:a', state: 'fine' }], [{ type: 'signal', room: 'chat:a', signal: 'odd', data: 'odd' }, { type: 'signal', room: 'chat:a', signal: 'odd', data: 'fine' }]] as const) {
      ana.send(odder)
      expect(await ana.next('error')).toMatchObject({ code, room: 'chat:a' })
      ana.send(fine)
    }
    expect(await bo.next('signal')).toMatchObject({ data: 'fine' })
    await bo.next('presence', ({ joined, changed }) => [...joined, ...changed].some(({ user, state }) => user === 'ana' && state === 'fine'))
    expect([...bo.messages, ...ana.messages].join()).not.toContain('inside')
  })
})
