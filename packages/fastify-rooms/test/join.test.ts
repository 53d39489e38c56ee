import { describe, expect, test } from 'vitest'
import { memoryBroker } from '../src/index.js'
import { withLinks } from './support/broker-under-test.js'
import { RawClient } from './support/raw-client.js'
import { tokenOf } from './support/test-app.js'
import { contract } from './support/test-contract.js'
import { startServer } from './support/test-server.js'

describe('joined', () => {
  test('says position, members with oneself, size, typing and grants', async () => {
    const server = await startServer({ contract })
    await server.app.rooms.send('chat:a', 'message', { text: 'x' })
    const bo = await server.join('bo', 'chat:a')
    bo.send({ type: 'typing', on: true })
    await bo.settled()
    const before = Date.now()
    const { joined } = await server.enter('ana', 'chat:a')
    const member = (user: string) => ({ user, info: null, state: null, connections: 1, since: expect.any(Number) as number })
    expect(joined).toEqual({
      type: 'joined', room: 'chat:a', position: await server.app.rooms.position('chat:a'), replay: 0, members: [member('ana'), member('bo')], size: 2, typing: ['bo'],
      grants: { publish: ['message'], signal: ['cursor'], presence: true, history: true },
    })
    expect(joined.members[0]!.since).toBeGreaterThanOrEqual(before)
  })
  test('without a contract grants every name', async () => {
    const server = await startServer()
    expect((await server.enter('ana', 'lobby')).joined.grants).toEqual({ publish: ['*'], signal: ['*'], presence: true, history: true })
  })
  test('holds at most limits.members, and `more`', async () => {
    const server = await startServer({ limits: { members: 2 } })
    for (const user of ['cy', 'bo']) await server.join(user, 'lobby')
    const { joined } = await server.enter('ana', 'lobby')
    expect(joined).toMatchObject({ members: [{ user: 'ana' }, { user: 'bo' }], more: true, size: 3 })
  })
  test('of a room that only counts has a size and no members; of one without presence neither', async () => {
    const server = await startServer({ contract })
    await server.join('bo', 'count')
    expect((await server.enter('ana', 'count')).joined).toMatchObject({ members: [], size: 2, grants: { presence: true } })
    await server.join('bo', 'off')
    expect((await server.enter('ana', 'off')).joined).toMatchObject({ members: [], size: 0, grants: { presence: false } })
  })
  test('carries the state given with the join', async () => {
    const server = await startServer({ contract })
    const ana = await server.connect('ana')
    ana.send({ type: 'join', room: 'chat:a', state: { status: 'away' } })
    expect((await ana.next('joined')).members).toMatchObject([{ user: 'ana', state: { status: 'away' } }])
  })
  test('comes all the same when that state is refused, after an error that says why', async () => {
    const server = await startServer({ contract })
    const ana = await server.connect('ana')
    for (const [state, code] of [[{ status: 'asleep' }, 'invalid_data'], [{ status: 'x'.repeat(1_100) }, 'too_large']] as const) {
      ana.send({ type: 'join', room: 'chat:a', state })
      expect(await ana.next('error')).toMatchObject({ code, room: 'chat:a' })
      expect((await ana.next('joined')).members).toMatchObject([{ user: 'ana', state: null }])
    }
  })
  test('is answered again to who is in the room already, and nothing else changes', async () => {
    const server = await startServer()
    const [ana, bo] = [await server.join('ana', 'lobby'), await server.join('bo', 'lobby')]
    ana.send({ type: 'join', room: 'lobby' })
    expect(await ana.next('joined')).toMatchObject({ size: 2, replay: 0 })
    await server.app.rooms.send('lobby', 'note', 1)
    await bo.next('event')
    await ana.next('event')
    await ana.settled()
    expect(ana.ofType('event')).toHaveLength(1)
    expect(ana.ofType('joined')[1]!.members.find(({ user }) => user === 'ana')!.connections).toBe(1)
  })
})

describe('a join that is refused', () => {
  const forbidden = { code: 4003, reason: 'no such room, or you may not join it', retry: 'never' }

  test('answers the same for a room that one may not join and a kind that does not exist', async () => {
    const server = await startServer({ contract })
    const ana = await server.connect('ana')
    for (const room of ['user:bo', 'nothing:a']) {
      ana.send({ type: 'join', room })
      expect(await ana.next('left')).toEqual({ type: 'left', room, ...forbidden })
      const bound = new RawClient(`${server.url}/ws/${room}`, { token: tokenOf(server.app, 'ana') })
      expect(await bound.next('bye')).toEqual({ type: 'bye', ...forbidden })
      expect((await bound.closed).code).toBe(4003)
    }
  })
  test('by limits.rooms stays refused until a room is left, also when all joins come in one message', async () => {
    const server = await startServer({ limits: { rooms: 3 } })
    const ana = await server.connect('ana')
    ana.send(...['a', 'b', 'c', 'd', 'e'].map((room) => ({ type: 'join', room }) as const))
    for (const room of ['d', 'e']) expect(await ana.next('left')).toEqual({ type: 'left', room, code: 4003, reason: 'limits.rooms (3) reached: leave another room first', retry: 'never' })
    for (let n = 0; n < 3; n++) await ana.next('joined')
    ana.send({ type: 'join', room: 'a' }, { type: 'leave', room: 'b' }, { type: 'join', room: 'd' })
    expect([(await ana.next('joined')).room, (await ana.next('joined')).room]).toEqual(['a', 'd'])
  })
  test('because the broker fails answers 1011, and the next try works', async () => {
    let fails = true
    const server = await startServer({ broker: withLinks(memoryBroker(), (link) => ({ subscribe: (room, listener) => (fails && room === 'lobby' ? Promise.reject(new Error('no broker')) : link.subscribe(room, listener)) })) })
    const ana = await server.connect('ana')
    ana.send({ type: 'join', room: 'lobby' })
    expect(await ana.next('left')).toEqual({ type: 'left', room: 'lobby', code: 1011, reason: 'the room is not available now', retry: 'backoff' })
    fails = false
    ana.send({ type: 'join', room: 'lobby' })
    await ana.next('joined')
  })
  test('because presence fails leaves nothing behind', async () => {
    const server = await startServer({ broker: withLinks(memoryBroker(), (link) => ({ setPresence: (room, lease) => (lease.user === 'ana' ? Promise.reject(new Error('no presence')) : link.setPresence(room, lease)) })) })
    const [ana, bo] = [await server.connect('ana'), await server.join('bo', 'lobby')]
    ana.send({ type: 'join', room: 'lobby' })
    expect(await ana.next('left')).toMatchObject({ code: 1011 })
    await server.app.rooms.send('lobby', 'note', 1)
    await bo.next('event')
    expect(await ana.publish('note', 2, { room: 'lobby' })).toMatchObject({ code: 'not_joined' })
    expect(ana.ofType('event')).toEqual([])
  })
})

describe('a connection bound to a room', () => {
  test('needs no `room` in its objects', async () => {
    const server = await startServer()
    const ana = await server.join('ana', 'lobby')
    expect(await ana.publish('note', 1)).toMatchObject({ type: 'ack', room: 'lobby' })
    expect(await ana.publish('note', 1, { room: 'lobby' })).toMatchObject({ type: 'ack' })
  })
  test('serves that room only: others are a bad request', async () => {
    const server = await startServer()
    const ana = await server.join('ana', 'lobby')
    ana.send({ type: 'join', room: 'other' })
    expect(await ana.next('error')).toEqual({ type: 'error', code: 'bad_request', message: "this connection serves 'lobby' only: connect to /ws for several rooms", room: 'other' })
    expect(await ana.publish('note', 1, { room: 'other' })).toMatchObject({ code: 'bad_request', id: 'p-1' })
  })
  test('an unbound one has to say which room it means', async () => {
    const server = await startServer()
    const ana = await server.connect('ana')
    expect(await ana.publish('note', 1)).toMatchObject({ code: 'bad_request', message: expect.stringContaining("every frame needs 'room'"), id: 'p-1' })
  })
})

describe('leave', () => {
  test('is answered with left 1000, also where one was not in the room; nothing of the room comes afterwards', async () => {
    const server = await startServer()
    const [ana, bo] = [await server.connect('ana'), await server.join('bo', 'lobby')]
    const left = { type: 'left', room: 'lobby', code: 1000, reason: 'left', retry: 'never' }
    ana.send({ type: 'leave', room: 'lobby' }, { type: 'join', room: 'lobby' }, { type: 'leave', room: 'lobby' })
    expect([await ana.next('left'), await ana.next('left')]).toEqual([left, left])
    await server.app.rooms.send('lobby', 'note', 1)
    await bo.next('event')
    await ana.settled()
    expect(ana.frames.at(-2)).toEqual(left)
    expect(await ana.publish('note', 1, { room: 'lobby' })).toMatchObject({ code: 'not_joined' })
  })
  test('takes the member out at once, without the grace of a lost connection', async () => {
    const server = await startServer({ presence: { graceMs: 60_000 } })
    const [ana, bo] = [await server.join('ana', 'lobby'), await server.join('bo', 'lobby')]
    ana.send({ type: 'leave', room: 'lobby' })
    expect(await bo.next('presence', ({ left }) => left.includes('ana'))).toMatchObject({ left: ['ana'], size: 1 })
  })
  test('a room left and joined again is as before', async () => {
    const server = await startServer()
    const ana = await server.join('ana', 'lobby')
    const { position } = await server.app.rooms.send('lobby', 'note', 1)
    ana.send({ type: 'leave', room: 'lobby' }, { type: 'join', room: 'lobby' })
    expect(await ana.next('joined')).toMatchObject({ position, size: 1 })
    expect(await ana.publish('note', 2)).toMatchObject({ type: 'ack' })
  })
})
