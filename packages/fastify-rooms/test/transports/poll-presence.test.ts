import { foldPresence, type Member, type ServerFrame } from 'rooms-protocol'
import { describe, expect, test } from 'vitest'
import { memoryBroker, type RoomsOptions } from '../../src/index.js'
import { Diary } from '../support/diary.js'
import { EventStream } from '../support/event-stream.js'
import { FULL } from '../faults/scale.js'
import { ownTime } from '../support/own-time.js'
import { countAsks, Poller, sendPoll } from '../support/poller.js'
import { tokenOf } from '../support/test-app.js'
import { startServer, type TestServer } from '../support/test-server.js'

/** Short, so that a test can wait for what takes 10 s by default. */
const SHORT = { leaseMs: 300, renewMs: 100, graceMs: 50 }
/** Short, and longer than a machine stalls. */
const LONGER_THAN_A_STALL = { leaseMs: 3_000, renewMs: 100, graceMs: 50 }

/** Who is in a room, as a client of any transport folds it. */
function usersOf(frames: readonly ServerFrame[]): string[] {
  let members: ReadonlyMap<string, Member> = new Map()
  for (const frame of frames) {
    if (frame.type === 'joined') members = new Map(frame.members.map((member) => [member.user, member]))
    else if (frame.type === 'presence') members = foldPresence(members, frame)
  }
  return [...members.keys()].sort()
}
function post({ app }: TestServer, user: string, connection: string, frame: object) {
  return app.inject({ method: 'POST', url: '/rooms/lobby', headers: { 'content-type': 'application/json', authorization: `Bearer ${tokenOf(app, user)}`, 'rooms-connection': connection }, payload: JSON.stringify(frame) })
}
/** Nodes that share a memory broker. */
async function nodes(count: number, options: RoomsOptions = {}): Promise<TestServer[]> {
  const broker = memoryBroker()
  return Promise.all(Array.from({ length: count }, () => startServer({ ...options, broker })))
}

describe('a polling client', () => {
  test('is one member from poll to poll, on whichever node', async () => {
    const [here, there] = await nodes(2) as [TestServer, TestServer]
    const bo = await here.join('bo', 'lobby')
    const ana = new Poller('ana', 'lobby')
    for (let n = 0; n < 6; n++) await ana.poll(n % 2 === 0 ? here : there, 10)
    await here.app.rooms.send('lobby', 'note', 1)
    await ana.until(there, 'event')
    await here.join('cy', 'lobby')
    await bo.next('presence', ({ joined }) => joined.some(({ user }) => user === 'cy'))
    const told = bo.ofType('presence')
    expect(told.flatMap(({ joined }) => joined.map(({ user }) => user))).toEqual(['bo', 'ana', 'cy'])
    expect(told.flatMap(({ left, changed }) => [...left, ...changed])).toEqual([])
    expect(ana.ofType('joined')).toHaveLength(1)
  })
  test('is told by a snapshot who came and went between two polls, and only then', async () => {
    const server = await startServer({ presence: { graceMs: 0 } })
    const bo = await server.join('bo', 'lobby')
    const ana = new Poller('ana', 'lobby')
    await ana.poll(server)
    const cy = await server.join('cy', 'lobby')
    bo.socket.close()
    await cy.next('presence', ({ left }) => left.includes('bo'))
    expect(await ana.poll(server)).toMatchObject([{ type: 'presence', snapshot: true, left: [], joined: [{ user: 'ana' }, { user: 'cy' }], changed: [], size: 2 }])
    expect(await ana.poll(server, 50)).toEqual([])
  })
  test('that does not repeat what it was told learns of it with its next answer', async () => {
    const [here, there] = await nodes(2, { presence: { graceMs: 0 } }) as [TestServer, TestServer]
    const ana = new Poller('ana', 'lobby')
    await ana.poll(here)
    await here.join('cy', 'lobby')
    await expect.poll(() => there.app.rooms.size('lobby')).toBe(2)
    const { body } = await sendPoll(there, 'ana', { rooms: ana.rooms, connection: ana.connection, waitMs: 100 })
    expect(usersOf(ana.take(body as never))).toEqual(['ana', 'cy'])
  })
  test('that asks again before it is answered may not have read what was about to be told', async () => {
    const asking = countAsks()
    const [here, there] = await nodes(2, { authorize: asking.authorize }) as [TestServer, TestServer]
    const ana = new Poller('ana', 'lobby')
    await ana.poll(here)
    await here.join('cy', 'lobby')
    await expect.poll(() => there.app.rooms.size('lobby')).toBe(2)
    const request = { rooms: ana.rooms, connection: ana.connection }
    void sendPoll(there, 'ana', { ...request, waitMs: 20_000 })
    await asking.times(1)
    const { body } = await sendPoll(there, 'ana', { ...request, waitMs: 50 })
    expect(usersOf(ana.take(body as never))).toEqual(['ana', 'cy'])
  })
  test('sees the same people as the other transports, through all that comes and goes', async () => {
    const server = await startServer({ presence: { graceMs: 0 }, limits: { connectionsPerUser: 100 } })
    const stream = await EventStream.open(`http://127.0.0.1:${server.port}/sse/lobby`, { authorization: `Bearer ${tokenOf(server.app, 'sse')}` })
    await stream.next('joined')
    const ws = await server.join('ws', 'lobby')
    const poll = new Poller('poll', 'lobby')
    await poll.poll(server)
    const others = await Promise.all(Array.from({ length: 12 }, (_, n) => server.join(`u${n % 8}`, 'lobby')))
    const second = new Poller('other', 'lobby')
    await second.poll(server)
    for (const [n, other] of others.entries()) if (n % 3 !== 0) other.socket.terminate()
    const here = ['other', 'poll', 'sse', 'u0', 'u1', 'u3', 'u6', 'ws']
    await expect.poll(async () => (await server.app.rooms.members('lobby')).map(({ user }) => user)).toEqual(here)
    while (usersOf(poll.frames).join() !== here.join()) await poll.poll(server)
    await expect.poll(() => usersOf(ws.frames)).toEqual(here)
    await expect.poll(() => usersOf(stream.frames as unknown as ServerFrame[])).toEqual(here)
  })
  test('speaks by POST /rooms between its polls: state, typing and signals', async () => {
    const [here, there] = await nodes(2) as [TestServer, TestServer]
    const bo = await here.join('bo', 'lobby')
    const ana = new Poller('ana', 'lobby')
    await ana.poll(here)
    for (const node of [here, there]) {
      const state = node === here ? 'near' : 'far'
      expect((await post(node, 'ana', ana.connection!, { type: 'presence', state })).statusCode).toBe(200)
      await bo.next('presence', ({ joined, changed }) => [...joined, ...changed].some((member) => member.user === 'ana' && member.state === state))
    }
    await post(there, 'ana', ana.connection!, { type: 'typing', on: true })
    expect(await bo.next('typing')).toMatchObject({ user: 'ana', on: true })
    const waiting = ana.poll(here, 200)
    await post(there, 'ana', ana.connection!, { type: 'signal', signal: 'wave', data: 1 })
    expect(await bo.next('signal')).toMatchObject({ signal: 'wave', from: 'ana' })
    expect((await waiting).filter(({ type }) => type === 'signal' || type === 'typing')).toEqual([])
    expect((await post(here, 'bo', ana.connection!, { type: 'typing', on: true })).statusCode).toBe(409)
  })
  test('hears signals and typing while it waits', async () => {
    const server = await startServer()
    const bo = await server.join('bo', 'lobby')
    const ana = new Poller('ana', 'lobby')
    await ana.poll(server)
    // What is said before a poll waits is lost: say it until it is heard.
    const say = setInterval(() => bo.send({ type: 'signal', room: 'lobby', signal: 'wave', data: 1 }, { type: 'typing', room: 'lobby', on: true }), 20)
    await ana.until(server, 'signal')
    await ana.until(server, 'typing')
    clearInterval(say)
    expect(ana.ofType('typing')[0]).toMatchObject({ user: 'bo', on: true })
  })
  test('that asks no more is gone after its lease', async () => {
    const server = await startServer({ presence: SHORT })
    const bo = await server.join('bo', 'lobby')
    await new Poller('ana', 'lobby').poll(server)
    await bo.next('presence', ({ left }) => left.includes('ana'))
    expect(server.app.rooms.stats()).toMatchObject({ connections: 1, users: 1 })
  })
  test('that breaks its poll off is gone after the grace, long before its lease', async () => {
    const asking = countAsks()
    const server = await startServer({ presence: { graceMs: 50 }, authorize: asking.authorize })
    const bo = await server.join('bo', 'lobby')
    const ana = new Poller('ana', 'lobby')
    await ana.poll(server)
    const broken = new AbortController()
    const waiting = ana.poll(server, 20_000, broken.signal).catch((error: unknown) => error)
    await asking.times(1)
    broken.abort()
    await waiting
    await bo.next('presence', ({ left }) => left.includes('ana'))
    expect(server.app.rooms.stats()).toMatchObject({ connections: 1, users: 1 })
  })
  test('that comes back too late joins anew, as the same connection, and is told so', async () => {
    const server = await startServer({ presence: SHORT })
    const ana = new Poller('ana', 'lobby')
    await ana.poll(server)
    const { connection } = ana
    await expect.poll(() => server.app.rooms.size('lobby')).toBe(0)
    await server.app.rooms.send('lobby', 'note', 1)
    expect(await ana.poll(server)).toMatchObject([{ type: 'joined', recovered: true, replay: 1, size: 1 }, { type: 'event', data: 1 }])
    expect(ana.connection).toBe(connection)
  })
  test('cannot take another user\'s connection', async () => {
    const server = await startServer()
    const ana = new Poller('ana', 'lobby')
    await ana.poll(server)
    const eve = await sendPoll(server, 'eve', ana.request)
    expect(eve.body).toMatchObject({ messages: [{ type: 'welcome', user: 'eve' }, { type: 'joined' }] })
    expect(eve.body['connection']).not.toBe(ana.connection)
    expect((await server.app.rooms.members('lobby')).map(({ user, connections }) => [user, connections])).toEqual([['ana', 1], ['eve', 1]])
  })
  test.each([['in a room without presence', 'off:1'], ['in a room that only counts', 'count:1']])('goes on %s', async (_, room) => {
    const [here, there] = await nodes(2, { contract: { off: { access: 'authenticated', presence: 'off' }, count: { access: 'authenticated', presence: 'count' } } } as RoomsOptions) as [TestServer, TestServer]
    const ana = new Poller('ana', room)
    await ana.poll(here)
    for (const node of [here, there, here, there]) await ana.poll(node, 10)
    expect(ana.ofType('joined')).toHaveLength(1)
    ana.rooms = { ...ana.rooms, 'off:2': await here.app.rooms.position('off:2') }
    expect(await ana.until(there, 'joined')).toMatchObject({ room: 'off:2', recovered: true })
  })
})

describe('hooks', () => {
  test('run once for a client\'s life on a node, not for every poll', async () => {
    const diary = new Diary()
    const asking = countAsks()
    const server = await startServer({ presence: { graceMs: 50 }, authorize: asking.authorize }, { after: (app) => diary.attach(app) })
    const ana = new Poller('ana', 'lobby')
    for (let n = 0; n < 5; n++) await ana.poll(server, 5)
    const broken = new AbortController()
    const waiting = ana.poll(server, 20_000, broken.signal).catch((error: unknown) => error)
    await asking.times(5)
    broken.abort()
    await waiting
    await diary.noted('onDisconnect ana')
    expect(diary.notes.sort()).toEqual(['onConnect ana', 'onDisconnect ana', 'onJoin ana lobby', 'onLeave ana lobby', 'onMemberJoined ana lobby', 'onMemberLeft ana lobby'])
  })
  test('tell a move to another node as coming there and, a while later, going here; the member never left', async () => {
    const [one, other] = [new Diary(), new Diary()]
    const broker = memoryBroker()
    const [here, there] = [await startServer({ broker, presence: LONGER_THAN_A_STALL }, { after: (app) => one.attach(app) }), await startServer({ broker, presence: LONGER_THAN_A_STALL }, { after: (app) => other.attach(app) })]
    const ana = new Poller('ana', 'lobby')
    await ana.poll(here)
    const stay = async (): Promise<void> => { while (!one.notes.includes('onDisconnect ana')) await ana.poll(there, 50) }
    await stay()
    expect(one.notes.sort()).toEqual(['onConnect ana', 'onDisconnect ana', 'onJoin ana lobby', 'onLeave ana lobby', 'onMemberJoined ana lobby'])
    expect(other.notes.sort()).toEqual(['onConnect ana', 'onJoin ana lobby'])
    expect(await there.app.rooms.size('lobby')).toBe(1)
  })
})

test('a polling client that vanishes without a word is gone within 45 s, by default', async () => {
  // In small: a wait and the time to the next poll, both shortened by the same factor.
  const factor = FULL ? 1 : 100
  const server = await startServer(FULL ? {} : { presence: { leaseMs: 100, renewMs: 50, graceMs: 50 } })
  const bo = await server.join('bo', 'lobby')
  const ana = new Poller('ana', 'lobby')
  await ana.poll(server)
  await bo.next('presence', ({ joined }) => joined.some(({ user }) => user === 'ana'))
  const ms = ownTime()
  // The longest wait, whose answer nobody reads: the connection stays open, as one without a FIN does.
  await ana.poll(server, 30_000 / factor)
  await new Promise<void>((resolve) => { bo.socket.on('message', () => { if (bo.ofType('presence').some(({ left }) => left.includes('ana'))) resolve() }) })
  const goneMs = ms()
  process.stdout.write(`a vanished polling client was gone after ${(goneMs / 1_000).toFixed(1)} s (${FULL ? 'defaults' : 'a wait of 0.3 s and a lease of 0.1 s'})\n`)
  expect(goneMs).toBeLessThan(FULL ? 45_000 : 2_000)
}, 60_000)
