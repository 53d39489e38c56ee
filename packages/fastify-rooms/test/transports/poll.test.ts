import { CloseCode, type EventFrame, type SkipFrame } from 'rooms-protocol'
import { describe, expect, test } from 'vitest'
import { memoryBroker } from '../../src/index.js'
import { faultyDelivery } from '../support/broker-under-test.js'
import { countAsks, Poller, sendPoll } from '../support/poller.js'
import { contract } from '../support/test-contract.js'
import { startServer, type TestServer } from '../support/test-server.js'

const upTo = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n)
const offsets = (poller: Poller, room = 'chat:1'): number[] => poller.frames.filter((frame): frame is EventFrame | SkipFrame => (frame.type === 'event' || frame.type === 'skip') && frame.room === room).map(({ offset }) => offset)

describe('POST /poll', () => {
  test('answers the first poll at once, with welcome and joined for every room', async () => {
    const server = await startServer()
    const ana = new Poller('ana', 'chat:1', 'lobby')
    const { status, headers, body } = await sendPoll(server, 'ana', ana.request)
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, 'application/json; charset=utf-8', 'no-store'])
    const messages = ana.take(body as never)
    expect(messages.map(({ type }) => type)).toEqual(['welcome', 'joined', 'joined'])
    expect(messages[0]).toMatchObject({ type: 'welcome', user: 'ana', connection: ana.connection })
    for (const room of ['chat:1', 'lobby']) expect(ana.rooms[room]).toBe(await server.app.rooms.position(room))
  })
  test('waits for something to tell, and then answers with it and the place after it', async () => {
    const server = await startServer()
    const ana = new Poller('ana', 'chat:1')
    await ana.poll(server)
    const waiting = ana.poll(server)
    const { position } = await server.app.rooms.send('chat:1', 'message', 'hi')
    expect(await waiting).toMatchObject([{ type: 'event', data: 'hi', room: 'chat:1' }])
    expect(ana.rooms).toEqual({ 'chat:1': position })
  })
  test('tells in one answer what a turn brought, and every room\'s events in order', async () => {
    const server = await startServer()
    const ana = new Poller('ana', 'chat:1', 'lobby')
    await ana.poll(server)
    const waiting = ana.poll(server)
    for (let n = 1; n <= 5; n++) for (const room of ['chat:1', 'lobby']) void server.app.rooms.send(room, 'message', n)
    await waiting
    expect([offsets(ana), offsets(ana, 'lobby')]).toEqual([upTo(1, 5), upTo(1, 5)])
  })
  test('answers at once with what came between two polls', async () => {
    const server = await startServer()
    const ana = new Poller('ana', 'chat:1')
    await ana.poll(server)
    for (let n = 1; n <= 5; n++) await server.app.rooms.send('chat:1', 'message', n)
    await ana.poll(server)
    expect(offsets(ana)).toEqual(upTo(1, 5))
  })
  test('has no messages when its time is up, and stands where it stood', async () => {
    const server = await startServer()
    const ana = new Poller('ana', 'chat:1')
    await ana.poll(server)
    const before = ana.request
    expect(await ana.poll(server, 20)).toEqual([])
    expect(ana.request).toEqual(before)
  })
  test('tells again what was asked again: an answer may have been lost', async () => {
    const server = await startServer()
    const ana = new Poller('ana', 'chat:1')
    const first = (await sendPoll(server, 'ana', ana.request)).body as never
    ana.take(first)
    await server.app.rooms.send('chat:1', 'message', 1)
    await sendPoll(server, 'ana', ana.request)
    expect((await ana.poll(server)).map(({ type }) => type)).toEqual(['event'])
    // The answer that told of the second room did not come: the client neither has its place nor its presence.
    ana.rooms = { ...ana.rooms, lobby: await server.app.rooms.position('lobby') }
    await sendPoll(server, 'ana', ana.request)
    expect((await ana.poll(server)).map(({ type }) => type)).toEqual(['joined'])
  })
  test('joins rooms that are named anew, and leaves those that are no longer named', async () => {
    const server = await startServer({ presence: { graceMs: 60_000 } })
    const bo = await server.join('bo', 'chat:1')
    const ana = new Poller('ana', 'chat:1')
    await ana.poll(server)
    await bo.next('presence', ({ joined }) => joined.some(({ user }) => user === 'ana'))
    ana.rooms = { lobby: null }
    expect((await ana.poll(server)).map((frame) => frame.type === 'joined' && frame.room)).toEqual(['lobby'])
    await bo.next('presence', ({ left }) => left.includes('ana'))
    expect(Object.keys(ana.rooms)).toEqual(['lobby'])
  })
  test('without rooms is a welcome, and then a wait', async () => {
    const server = await startServer()
    const ana = new Poller('ana')
    expect((await ana.poll(server)).map(({ type }) => type)).toEqual(['welcome'])
    expect(await ana.poll(server, 20)).toEqual([])
  })
  test('resumes by a position from another transport, with rewind where that does not recover', async () => {
    const server = await startServer({ history: { size: 3 } })
    const ws = await server.join('ana', 'chat:1')
    const { position } = await server.app.rooms.send('chat:1', 'message', 1)
    for (let n = 2; n <= 3; n++) await server.app.rooms.send('chat:1', 'message', n)
    ws.socket.close()
    const ana = new Poller('ana', 'chat:1')
    ana.rooms = { 'chat:1': position }
    expect(await ana.poll(server)).toMatchObject([{ type: 'welcome' }, { type: 'joined', recovered: true, replay: 2 }, { offset: 2 }, { offset: 3 }])
    const late = await sendPoll(server, 'bo', { rooms: { 'chat:1': 'rubbish' }, rewind: { 'chat:1': 1 } })
    expect(late.body['messages']).toMatchObject([{ type: 'welcome' }, { type: 'joined', recovered: false, reason: 'invalid', replay: 1 }, { offset: 3 }])
  })
  test('tells a reset where its position does not recover any more, and goes on', async () => {
    const server = await startServer({ history: { size: 3 } })
    const ana = new Poller('ana', 'chat:1')
    await ana.poll(server)
    for (let n = 1; n <= 5; n++) await server.app.rooms.send('chat:1', 'message', n)
    expect(await ana.poll(server)).toMatchObject([{ type: 'reset', reason: 'trimmed', position: await server.app.rooms.position('chat:1') }])
    await server.app.rooms.send('chat:1', 'message', 6)
    expect(await ana.poll(server)).toMatchObject([{ offset: 6 }])
    ana.rooms = { 'chat:1': 'rubbish' }
    expect(await ana.poll(server)).toMatchObject([{ type: 'reset', reason: 'invalid' }])
  })
  test('cuts a long replay into answers, none of which passes the low mark by more than an event', async () => {
    const server = await startServer({ limits: { lowWaterBytes: 10_000 } })
    const ana = new Poller('ana', 'chat:1', 'lobby')
    await ana.poll(server)
    for (let n = 1; n <= 40; n++) for (const room of ['chat:1', 'lobby']) await server.app.rooms.send(room, 'message', 'x'.repeat(2_000))
    const sizes: number[] = []
    while (offsets(ana).length < 40 || offsets(ana, 'lobby').length < 40) sizes.push(JSON.stringify(await ana.poll(server)).length)
    expect(Math.max(...sizes)).toBeLessThan(15_000)
    expect([offsets(ana), offsets(ana, 'lobby')]).toEqual([upTo(1, 40), upTo(1, 40)])
    expect(ana.ofType('reset')).toEqual([])
  })
  test('that would be answered by more than the high mark is ended instead, and goes on from where it was', async () => {
    const asking = countAsks()
    const server = await startServer({ authorize: asking.authorize, limits: { lowWaterBytes: 10_000, highWaterBytes: 35_000 } })
    const rooms = ['chat:1', 'chat:2', 'chat:3']
    const ana = new Poller('ana', ...rooms)
    await ana.poll(server)
    const before = ana.request
    const waiting = ana.poll(server)
    await asking.times(rooms.length)
    for (const room of rooms) void server.app.rooms.send(room, 'message', 'x'.repeat(20_000))
    expect((await waiting).map((frame) => frame.type === 'bye' && frame.code)).toEqual([CloseCode.tooSlow])
    expect(ana.request).toEqual(before)
    while (ana.ofType('event').length < rooms.length) await ana.poll(server)
    expect(rooms.map((room) => offsets(ana, room))).toEqual(rooms.map(() => [1]))
    expect(server.app.rooms.stats().tooSlow).toBe(1)
  })
  test('gives skip, with the id, to the connection that published or was left out', async () => {
    const server = await startServer({ contract })
    const ana = new Poller('ana', 'quiet', 'chat:1')
    await ana.poll(server)
    const { app } = server
    const answer = await app.inject({ method: 'POST', url: '/rooms/quiet', headers: { 'content-type': 'application/json', authorization: `Bearer ${app.jwt.sign({ sub: 'ana' }, { expiresIn: '1h' })}`, 'rooms-connection': ana.connection! }, payload: JSON.stringify({ type: 'publish', event: 'tick', data: { n: 1 }, id: 'mine' }) })
    expect(answer.json()).toMatchObject({ type: 'ack', id: 'mine' })
    expect(await ana.poll(server)).toMatchObject([{ type: 'skip', room: 'quiet', offset: 1, id: 'mine' }])
    const waiting = ana.poll(server)
    await app.rooms.send('chat:1', 'message', { text: 'x' }, { except: ana.connection, id: 'theirs' })
    expect(await waiting).toMatchObject([{ type: 'skip', room: 'chat:1', id: 'theirs' }])
  })
  test('is answered with what there is when a newer poll takes its place, and nothing is lost', async () => {
    const server = await startServer()
    const ana = new Poller('ana', 'chat:1')
    await ana.poll(server)
    const older = sendPoll(server, 'ana', ana.request)
    await expect.poll(() => server.app.rooms.stats().connections).toBe(1)
    const newer = ana.poll(server)
    expect((await older).body['messages']).toEqual([])
    await server.app.rooms.send('chat:1', 'message', 1)
    expect(await newer).toMatchObject([{ type: 'event', offset: 1 }])
  })
  test('that reads history without the grant for it goes on where nothing was missed, and is reset where something was', async () => {
    const asking = countAsks(false)
    const server = await startServer({ authorize: asking.authorize })
    const ana = new Poller('ana', 'chat:1')
    await ana.poll(server)
    expect(await ana.poll(server, 20)).toEqual([])
    const waiting = ana.poll(server)
    await asking.times(2)
    await server.app.rooms.send('chat:1', 'message', 1)
    expect(await waiting).toMatchObject([{ type: 'event' }])
    await server.app.rooms.send('chat:1', 'message', 2)
    expect(await ana.poll(server)).toMatchObject([{ type: 'reset', reason: 'forbidden' }])
  })
  test('waits while the broker is away, says so once, and misses nothing', async () => {
    const delivery = faultyDelivery(memoryBroker())
    const server = await startServer({ broker: delivery.broker })
    const ana = new Poller('ana', 'chat:1')
    await ana.poll(server)
    const [room] = delivery.listeners.get('chat:1')!
    room!.onAway()
    expect(await ana.poll(server)).toEqual([{ type: 'live', on: false, room: 'chat:1' }])
    expect(await ana.poll(server, 20)).toEqual([])
    delivery.onEntry = () => {}
    await server.app.rooms.send('chat:1', 'message', 1)
    const waiting = ana.poll(server)
    room!.onBack()
    await waiting
    while (offsets(ana).length === 0) await ana.poll(server)
    expect([offsets(ana), ana.ofType('live').map(({ on }) => on)]).toEqual([[1], [false, true]])
  })
  test('at a node that is a moment behind waits for what is on its way, instead of reading the history', async () => {
    const broker = memoryBroker()
    const delivery = faultyDelivery(broker)
    const asking = countAsks()
    const [here, there] = [await startServer({ broker }), await startServer({ broker: delivery.broker, authorize: asking.authorize })]
    const ana = new Poller('ana', 'chat:1')
    await ana.poll(there)
    const held: (() => void)[] = []
    delivery.onEntry = (entry, deliver) => void held.push(() => deliver(entry))
    await here.app.rooms.send('chat:1', 'message', 1)
    await ana.until(here, 'event')
    const { reads } = delivery
    const waiting = ana.poll(there)
    await asking.times(1)
    await here.app.rooms.send('chat:1', 'message', 2)
    for (const deliver of held) deliver()
    await waiting
    while (offsets(ana).length < 2) await ana.poll(there)
    expect([offsets(ana), delivery.reads - reads]).toEqual([[1, 2], 0])
  })
  test('ends with bye when its token expires while it waits', async () => {
    const server = await startServer({ pingMs: 100, authenticate: async () => ({ id: 'ana', expiresAt: Date.now() + 300 }) }, { jwt: false })
    const poll = async (body: object): Promise<Record<string, unknown>> => (await sendPoll(server, null, body)).body
    const { positions, connection } = await poll({ rooms: { 'chat:1': null } })
    expect((await poll({ rooms: positions, connection }))['messages']).toMatchObject([{ type: 'bye', code: CloseCode.unauthorized, retry: 'refresh' }])
  })
  test('is not disturbed by pings, which it needs not', async () => {
    const server = await startServer({ pingMs: 30 })
    const ana = new Poller('ana', 'chat:1')
    await ana.poll(server)
    expect(await ana.poll(server, 300)).toEqual([])
    expect(server.app.rooms.stats().connections).toBe(1)
  })
})

describe('GET /poll/:room', () => {
  interface Got { messages: Record<string, unknown>[]; positions: Record<string, string>; connection: string }
  const get = async (server: TestServer, query = ''): Promise<Got> => (await sendPoll(server, 'ana', null, { method: 'GET', path: `/poll/chat%3A1?${query}` })).body as unknown as Got

  test('follows a room by the position alone: each waits for something newer', async () => {
    const server = await startServer()
    const { app } = server
    const first = await get(server)
    expect(first.messages.map(({ type }) => type)).toEqual(['welcome', 'joined'])
    const at = (position: string): string => `position=${encodeURIComponent(position)}&waitMs=2000`
    const waiting = get(server, at(first.positions['chat:1']!))
    await expect.poll(() => app.rooms.stats().resumes.ok).toBe(1)
    const { position } = await app.rooms.send('chat:1', 'message', 1)
    const second = await waiting
    expect(second.messages.map(({ type }) => type)).toEqual(['welcome', 'joined', 'event'])
    expect(second.positions['chat:1']).toBe(position)
    await app.rooms.send('chat:1', 'message', 2)
    expect((await get(server, at(position!))).messages.filter(({ type }) => type === 'event')).toMatchObject([{ offset: 2 }])
  })
  test('says at once that a position does not recover', async () => {
    const server = await startServer()
    expect((await get(server, 'position=..%2f..&waitMs=20000')).messages).toMatchObject([{ type: 'welcome' }, { type: 'joined', recovered: false, reason: 'invalid' }])
  })
  test('goes on as one connection where it names it', async () => {
    const server = await startServer()
    const { app } = server
    const first = await get(server, 'rewind=5')
    const { position } = await app.rooms.send('chat:1', 'message', 1)
    const second = await get(server, `connection=${first.connection}&position=${encodeURIComponent(first.positions['chat:1']!)}`)
    expect([second.messages.map(({ type }) => type), second.connection, second.positions['chat:1']]).toEqual([['event'], first.connection, position])
    expect(await app.rooms.members('chat:1')).toMatchObject([{ user: 'ana', connections: 1 }])
  })
  test('in a loop never stands in its own way', async () => {
    const server = await startServer({ limits: { connectionsPerUser: 3 } })
    for (let n = 0; n < 8; n++) expect((await get(server)).messages.map(({ type }) => type)).toEqual(['welcome', 'joined'])
    expect(server.app.rooms.stats().connections).toBeLessThanOrEqual(3)
  })
})
