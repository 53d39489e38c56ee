import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { defineContract, type ErrorFrame, memoryBroker, RoomsRefusal, RoomsUncertainError, RoomsUnavailableError, type RoomsOptions } from '../src/index.js'
import { connectRooms } from '../src/testing/index.js'
import { withLinks } from './support/broker-under-test.js'
import { buildApp, tokenOf } from './support/test-app.js'
import { contract as common } from './support/test-contract.js'
import { startServer, type TestServer } from './support/test-server.js'

const Text = z.object({ text: z.string().trim().min(1) })
const contract = defineContract({
  ...common,
  chat: { ...common.chat, publish: { ...common.chat.publish, ask: z.object({ n: z.number() }) } },
})

type Handle = (publication: { id: string; data: { n: number; text: string }; user: { id: string }; connection: string | null; room: object; signal: AbortSignal }) => unknown

/** A server whose `chat` rooms answer `ask` and, if given, `message` by handlers. */
function chatServer({ ask = () => undefined, message, ...options }: RoomsOptions & { ask?: Handle; message?: Handle } = {}): Promise<TestServer> {
  return startServer({ contract, ...options }, { after: (app) => {
    app.rooms.handle('chat', 'ask', ask as never)
    if (message !== undefined) app.rooms.handle('chat', 'message', message as never)
  } })
}

describe('a publish without a handler', () => {
  test('is validated, sent to everyone as the event with the publisher and its id, and acknowledged with its position', async () => {
    const server = await chatServer()
    const [ana, bo] = [await server.join('ana', 'chat:a'), await server.join('bo', 'chat:a')]
    const ack = await ana.publish('message', { text: '  Hello ' }, { id: 'm-1' })
    expect(ack).toEqual({ type: 'ack', id: 'm-1', room: 'chat:a', position: expect.stringMatching(/:1:/) })
    for (const member of [ana, bo]) {
      const event = await member.next('event')
      expect(event).toEqual({ type: 'event', room: 'chat:a', event: 'message', data: { text: 'Hello' }, offset: 1, tag: expect.stringMatching(/^[A-Za-z0-9_-]{8}$/), id: 'm-1', at: expect.any(Number), from: 'ana' })
      expect(ack).toMatchObject({ position: expect.stringMatching(new RegExp(`:1:${event.tag}$`)) })
    }
  })
  test('hands trace on with the event', async () => {
    const server = await chatServer()
    const ana = await server.join('ana', 'chat:a')
    ana.send({ type: 'publish', event: 'message', data: { text: 'x' }, trace: '00-abc-def-01' })
    expect((await ana.next('event')).trace).toBe('00-abc-def-01')
  })
  test('without an id is not acknowledged, and gets an id of the server\'s making', async () => {
    const server = await chatServer()
    const ana = await server.join('ana', 'chat:a')
    ana.send({ type: 'publish', event: 'message', data: { text: 'x' } })
    expect((await ana.next('event')).id).toMatch(/^[A-Za-z0-9_-]{22}$/)
    await ana.settled()
    expect(ana.ofType('ack')).toEqual([])
  })
  test('whose kind does not echo comes to the publisher as skip with its id', async () => {
    const server = await chatServer()
    const [ana, second, bo] = [await server.join('ana', 'quiet'), await server.join('ana', 'quiet'), await server.join('bo', 'quiet')]
    const { position } = (await ana.publish('tick', { n: 1 }, { id: 'mine' })) as { position: string }
    const skip = await ana.next('skip')
    expect(skip).toEqual({ type: 'skip', room: 'quiet', offset: 1, tag: position.split(':')[2], id: 'mine' })
    for (const other of [second, bo]) expect((await other.next('event')).data).toEqual({ n: 1 })
    expect(ana.ofType('event')).toEqual([])
  })
})

describe('a handler', () => {
  test('gets id, data as validated, user, connection, room and a signal', async () => {
    const ask = vi.fn<Handle>()
    const server = await chatServer({ ask })
    const ana = await server.join('ana', 'chat:a')
    await ana.publish('ask', { n: 7 }, { id: 'm-1' })
    expect(ask).toHaveBeenCalledExactlyOnceWith({
      id: 'm-1', data: { n: 7 }, user: expect.objectContaining({ id: 'ana' }), connection: ana.ofType('welcome')[0]!.connection, room: { name: 'chat:a', kind: 'chat', id: 'a' }, signal: expect.any(AbortSignal), log: expect.anything(),
    })
  })
  test('of an event\'s name returns that event\'s data, which is validated', async () => {
    const server = await chatServer({ message: ({ data: { text } }) => ({ text: `${text}!` }) })
    const [ana, bo] = [await server.join('ana', 'chat:a'), await server.join('bo', 'chat:a')]
    expect(await ana.publish('message', { text: 'Hello' })).toEqual({ type: 'ack', id: 'p-1', room: 'chat:a', position: expect.stringMatching(/:1:/) })
    expect(await bo.next('event')).toMatchObject({ data: { text: 'Hello!' }, from: 'ana', id: 'p-1' })
  })
  test('of an event\'s name that returns undefined sends nothing, and the publish is acknowledged without a position', async () => {
    const server = await chatServer({ message: async () => undefined })
    const ana = await server.join('ana', 'chat:a')
    expect(await ana.publish('message', { text: 'x' })).toEqual({ type: 'ack', id: 'p-1', room: 'chat:a' })
    await ana.settled()
    expect(ana.ofType('event')).toEqual([])
  })
  test.each([[{ upTo: 7 }], [null], [0], ['text'], [undefined]])('of another name returns the result of the ack: %j', async (result) => {
    const server = await chatServer({ ask: () => result })
    const ana = await server.join('ana', 'chat:a')
    expect(await ana.publish('ask', { n: 1 })).toEqual({ type: 'ack', id: 'p-1', room: 'chat:a', ...(result === undefined ? {} : { result }) })
  })
  test('without a contract decides for its kind and name only', async () => {
    const server = await startServer({}, { after: (app) => app.rooms.handle('lobby', 'a', ({ data }) => [data]) })
    const [ana, bo] = [await server.join('ana', 'lobby'), await server.join('ana', 'other')]
    await Promise.all([ana.publish('a', 1), bo.publish('a', 2)])
    expect([(await ana.next('event')).data, (await bo.next('event')).data]).toEqual([[1], 2])
  })
  test('is aborted and answered `uncertain` after 10 s, finishes its work, and the retry gets the result', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      let finish: (result: unknown) => void = () => {}
      let began: (signal: AbortSignal) => void = () => {}
      const running = new Promise<AbortSignal>((resolve) => { began = resolve })
      const app = await buildApp({ contract }, { after: (app) => app.rooms.handle('chat', 'ask', (({ signal }: { signal: AbortSignal }) => new Promise((resolve) => {
        began(signal)
        finish = resolve
      })) as never) })
      const ana = await connectRooms(app, { token: tokenOf(app, 'ana'), room: 'chat:a' })
      const answer = ana.publish('ask', { n: 1 }, { id: 'm-1' })
      const signal = await running
      vi.advanceTimersByTime(9_999)
      expect(signal.aborted).toBe(false)
      vi.advanceTimersByTime(1)
      expect(await answer).toMatchObject({ code: 'uncertain', message: expect.stringContaining('try again with the same id') })
      expect(signal.aborted).toBe(true)
      finish('late')
      expect(await ana.publish('ask', { n: 1 }, { id: 'm-1' })).toMatchObject({ type: 'ack', duplicate: true, result: 'late' })
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('idempotency', () => {
  test('a publish sent again with its id is answered as a duplicate with the original position, and happens once', async () => {
    const server = await chatServer()
    const ana = await server.join('ana', 'chat:a')
    const first = await ana.publish('message', { text: 'x' }, { id: 'm-1' })
    expect(await ana.publish('message', { text: 'x' }, { id: 'm-1' })).toEqual({ ...first, duplicate: true })
    const again = await server.join('ana', 'chat:a')
    expect(await again.publish('message', { text: 'x' }, { id: 'm-1' })).toEqual({ ...first, duplicate: true })
    await ana.settled()
    expect(ana.ofType('event')).toHaveLength(1)
  })
  test('a handled publish sent again runs no handler again and gets the first result', async () => {
    const ask = vi.fn<Handle>().mockReturnValueOnce({ n: 1 }).mockReturnValue({ n: 2 })
    const server = await chatServer({ ask })
    const ana = await server.join('ana', 'chat:a')
    expect(await ana.publish('ask', { n: 1 }, { id: 'm-1' })).toEqual({ type: 'ack', id: 'm-1', room: 'chat:a', result: { n: 1 } })
    expect(await ana.publish('ask', { n: 1 }, { id: 'm-1' })).toEqual({ type: 'ack', id: 'm-1', room: 'chat:a', duplicate: true, result: { n: 1 } })
    expect(ask).toHaveBeenCalledTimes(1)
  })
  test('ids belong to their user and room', async () => {
    const server = await chatServer()
    const [ana, bo, elsewhere] = [await server.join('ana', 'chat:a'), await server.join('bo', 'chat:a'), await server.join('ana', 'chat:b')]
    const ack = { type: 'ack', id: 'm-1', position: expect.any(String) as string }
    for (const [member, text, room] of [[ana, 'x', 'chat:a'], [bo, 'y', 'chat:a'], [elsewhere, 'z', 'chat:b']] as const) expect(await member.publish('message', { text }, { id: 'm-1' })).toEqual({ ...ack, room })
  })
  test('a publish that failed runs again with the same id', async () => {
    const ask = vi.fn<Handle>().mockRejectedValueOnce(new Error('once')).mockReturnValue({ ok: true })
    const server = await chatServer({ ask, message: vi.fn<Handle>().mockReturnValueOnce({ text: 7 }).mockReturnValue({ text: 'ok' }) })
    const ana = await server.join('ana', 'chat:a')
    for (const [event, data] of [['ask', { n: 1 }], ['message', { text: 'x' }]] as const) {
      expect(await ana.publish(event, data, { id: event })).toMatchObject({ code: 'internal' })
      expect(await ana.publish(event, data, { id: event })).toMatchObject({ type: 'ack' })
    }
  })
})

describe('order', () => {
  test('publishes of one connection happen in the order they were sent, however long each takes', async () => {
    const finish: (() => void)[] = []
    const server = await chatServer({ message: ({ data }) => (data.text === 'slow' ? new Promise((resolve) => finish.push(() => resolve(data))) : data) })
    const ana = await server.join('ana', 'chat:a')
    ana.send(...['slow', 'b', 'c'].map((text, n) => ({ type: 'publish', event: 'message', data: { text }, id: `m-${n}` }) as const))
    await ana.settled()
    expect(ana.ofType('event')).toEqual([])
    finish[0]!()
    await ana.next('ack', ({ id }) => id === 'm-2')
    expect(ana.ofType('event').map(({ data }) => (data as { text: string }).text)).toEqual(['slow', 'b', 'c'])
  })
  test('a slow room does not hold up another one', async () => {
    const server = await chatServer({ ask: () => new Promise(() => {}) })
    const ana = await server.connect('ana')
    ana.send({ type: 'join', room: 'chat:a' }, { type: 'join', room: 'chat:b' }, { type: 'publish', room: 'chat:a', event: 'ask', data: { n: 1 }, id: 'slow' })
    expect(await ana.publish('message', { text: 'x' }, { room: 'chat:b' })).toMatchObject({ type: 'ack' })
  })
  test('a publish sent right after join, before its answer, is done after it', async () => {
    const server = await chatServer({ authorize: ({ action }) => (action === 'join' ? new Promise((resolve) => setImmediate(() => resolve(undefined))) : undefined) })
    const ana = await server.connect('ana')
    ana.send({ type: 'join', room: 'chat:a' })
    expect(await ana.publish('message', { text: 'x' }, { room: 'chat:a' })).toMatchObject({ type: 'ack' })
    expect(ana.frames.findIndex(({ type }) => type === 'joined')).toBeLessThan(ana.frames.findIndex(({ type }) => type === 'event'))
  })
})

describe('the answer to a publish that fails', () => {
  test('error code invalid_data: the contract refuses the data, with the path of each issue', async () => {
    const server = await chatServer()
    const ana = await server.join('ana', 'chat:a')
    const answer = (await ana.publish('message', { text: 7 })) as ErrorFrame
    expect(answer).toEqual({ type: 'error', code: 'invalid_data', id: 'p-1', room: 'chat:a', message: expect.stringContaining("'message' breaks the contract: text: "), issues: [{ path: 'text', message: expect.any(String) }] })
  })
  test('error code forbidden: the contract does not let clients publish it, or there is no such event', async () => {
    const server = await chatServer()
    const ana = await server.join('ana', 'chat:a')
    for (const event of ['edited', 'nothing', '__proto__', 'constructor']) expect(await ana.publish(event, {})).toMatchObject({ code: 'forbidden', room: 'chat:a' })
  })
  test('error code not_joined: the connection is not in the room', async () => {
    const server = await chatServer()
    const ana = await server.connect('ana')
    expect(await ana.publish('message', { text: 'x' }, { room: 'chat:a' })).toEqual({ type: 'error', code: 'not_joined', message: "join 'chat:a' first", room: 'chat:a', id: 'p-1' })
  })
  test('error code conflict: the id was used for other content, handled or not', async () => {
    const server = await chatServer()
    const ana = await server.join('ana', 'chat:a')
    await ana.publish('message', { text: 'x' }, { id: 'm-1' })
    await ana.publish('ask', { n: 1 }, { id: 'm-2' })
    expect(await ana.publish('message', { text: 'y' }, { id: 'm-1' })).toMatchObject({ code: 'conflict', id: 'm-1', room: 'chat:a' })
    expect(await ana.publish('ask', { n: 2 }, { id: 'm-2' })).toMatchObject({ code: 'conflict' })
    expect(await ana.publish('ask', { n: 1 }, { id: 'm-1' })).toMatchObject({ code: 'conflict' })
  })
  test('error code uncertain: the same id is being handled, or the broker does not know', async () => {
    const finish: (() => void)[] = []
    const server = await chatServer({ ask: () => new Promise<void>((resolve) => { finish.push(resolve) }) })
    const [ana, second] = [await server.join('ana', 'chat:a'), await server.join('ana', 'chat:a')]
    const first = ana.publish('ask', { n: 1 }, { id: 'm-1' })
    await ana.settled()
    expect(await second.publish('ask', { n: 1 }, { id: 'm-1' })).toMatchObject({ code: 'uncertain', id: 'm-1' })
    finish[0]!()
    expect(await first).toMatchObject({ type: 'ack' })
    const unsure = await chatServer({ broker: withLinks(memoryBroker(), () => ({ append: async () => { throw new RoomsUncertainError() } })) })
    expect(await (await unsure.join('ana', 'chat:a')).publish('message', { text: 'x' })).toMatchObject({ code: 'uncertain' })
  })
  test('error code unavailable: the broker is away and nothing was done', async () => {
    const server = await chatServer({ broker: withLinks(memoryBroker(), () => ({ append: async () => { throw new RoomsUnavailableError() }, claim: async () => { throw new RoomsUnavailableError() } })) })
    const ana = await server.join('ana', 'chat:a')
    expect(await ana.publish('message', { text: 'x' })).toMatchObject({ code: 'unavailable' })
    expect(await ana.publish('ask', { n: 1 })).toMatchObject({ code: 'unavailable' })
  })
  test('error code too_large: the event it makes is over limits.messageBytes, though the publish was not', async () => {
    const server = await chatServer({ limits: { messageBytes: 1_000 } })
    const ana = await server.join('ana', 'chat:a')
    expect(await ana.publish('message', { text: 'x'.repeat(900) })).toMatchObject({ code: 'too_large', id: 'p-1' })
  })
  test('error code internal: anything else a handler throws, whose text stays inside', async () => {
    const thrown: unknown[] = [new Error('password'), 'password', null, undefined, { statusCode: 400.5, message: 'password' }, Object.assign(new Error('password'), { statusCode: 404 }), Object.assign(new Error('password'), { statusCode: 500 })]
    const server = await chatServer({ ask: () => { throw thrown.shift() } })
    const ana = await server.join('ana', 'chat:a')
    while (thrown.length > 0) {
      const { id: _, ...answer } = await ana.publish('ask', { n: 1 })
      expect(answer).toEqual({ type: 'error', code: 'internal', message: 'internal error', room: 'chat:a' })
    }
  })
  test.each([['invalid_data', 400], ['unauthorized', 401], ['forbidden', 403], ['rate_limited', 429]] as const)('error code %s: a handler throws an error with statusCode %s, whose message passes', async (code, statusCode) => {
    const server = await chatServer({ ask: () => { throw Object.assign(new Error('says why'), { statusCode }) } })
    const ana = await server.join('ana', 'chat:a')
    expect(await ana.publish('ask', { n: 1 })).toEqual({ type: 'error', code, message: 'says why', room: 'chat:a', id: 'p-1' })
  })
  test('a RoomsRefusal passes its own code and message', async () => {
    const server = await chatServer({ ask: async () => { throw new RoomsRefusal('slow_mode', 'one message per 10 s') } })
    const ana = await server.join('ana', 'chat:a')
    expect(await ana.publish('ask', { n: 1 })).toEqual({ type: 'error', code: 'slow_mode', message: 'one message per 10 s', room: 'chat:a', id: 'p-1' })
  })
  test('without an id it is answered all the same', async () => {
    const server = await chatServer()
    const ana = await server.join('ana', 'chat:a')
    ana.send({ type: 'publish', event: 'message', data: {} })
    const error = await ana.next('error')
    expect(error).toMatchObject({ code: 'invalid_data', room: 'chat:a' })
    expect(error).not.toHaveProperty('id')
  })
  test('a schema that works asynchronously is awaited, and one that throws is an internal fault', async () => {
    const schemas = { slow: Text.refine(async ({ text }) => text !== 'bad'), broken: { '~standard': { version: 1, vendor: 'test', validate: () => { throw new Error('schema') } } } as const }
    const server = await startServer({ contract: { chat: { access: 'authenticated', events: schemas, publish: schemas } } })
    const ana = await server.join('ana', 'chat:a')
    expect(await ana.publish('slow', { text: 'good' })).toMatchObject({ type: 'ack' })
    expect(await ana.publish('slow', { text: 'bad' })).toMatchObject({ code: 'invalid_data' })
    expect(await ana.publish('broken', {})).toMatchObject({ code: 'internal', message: 'internal error' })
  })
})
