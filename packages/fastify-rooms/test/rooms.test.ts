import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { memoryBroker, parsePosition, type Rooms, RoomsUncertainError, RoomsUnavailableError } from '../src/index.js'
import { withLinks } from './support/broker-under-test.js'
import { logLines } from './support/log-lines.js'
import { buildApp } from './support/test-app.js'
import { contract } from './support/test-contract.js'
import { startServer } from './support/test-server.js'

describe('send', () => {
  test('reaches everyone in the room, and says id and position', async () => {
    const server = await startServer({ contract })
    const [ana, bo, elsewhere] = [await server.join('ana', 'chat:a'), await server.join('bo', 'chat:a'), await server.join('bo', 'chat:b')]
    const sent = await server.app.rooms.send('chat:a', 'message', { text: 'Hello' })
    expect(sent).toEqual({ id: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/), position: expect.any(String), duplicate: false })
    const { offset, tag } = parsePosition(sent.position)!
    for (const member of [ana, bo]) expect(await member.next('event')).toEqual({ type: 'event', room: 'chat:a', event: 'message', data: { text: 'Hello' }, offset, tag, id: sent.id, at: expect.any(Number) })
    await elsewhere.settled()
    expect(elsewhere.ofType('event')).toEqual([])
  })
  test('sends what the schema makes of the data: a Date arrives as a string', async () => {
    const server = await startServer({ contract })
    const ana = await server.join('ana', 'user:ana')
    await server.app.rooms.send('user:ana', 'order.updated', { id: '1', at: new Date(0), dropped: true })
    expect((await ana.next('event')).data).toEqual({ id: '1', at: '1970-01-01T00:00:00.000Z' })
  })
  test('shows the author, and leaves a connection out with skip', async () => {
    const server = await startServer()
    const [ana, bo] = [await server.join('ana', 'lobby'), await server.join('bo', 'lobby')]
    const { id, position } = await server.app.rooms.send('lobby', 'note', 1, { from: 'cy', except: ana.ofType('welcome')[0]!.connection, id: 'n-1' })
    expect(id).toBe('n-1')
    expect(await bo.next('event')).toMatchObject({ id: 'n-1', from: 'cy' })
    expect(await ana.next('skip')).toEqual({ type: 'skip', room: 'lobby', offset: 1, tag: position!.split(':')[2], id: 'n-1' })
  })
  test('of no data sends null', async () => {
    const server = await startServer()
    const ana = await server.join('ana', 'lobby')
    await server.app.rooms.send('lobby', 'note', undefined)
    expect((await ana.next('event')).data).toBeNull()
  })
  test('with the same id and data happens once', async () => {
    const server = await startServer()
    const ana = await server.join('ana', 'lobby')
    const first = await server.app.rooms.send('lobby', 'note', { n: 1 }, { id: 'n-1' })
    expect(await server.app.rooms.send('lobby', 'note', { n: 1 }, { id: 'n-1' })).toEqual({ ...first, duplicate: true })
    await expect(server.app.rooms.send('lobby', 'note', { n: 2 }, { id: 'n-1' })).rejects.toMatchObject({ code: 'FST_ROOMS_CONFLICT', statusCode: 409 })
    expect(await server.app.rooms.send('other', 'note', { n: 2 }, { id: 'n-1' })).toMatchObject({ duplicate: false })
    await server.app.rooms.send('lobby', 'end', null)
    await ana.next('event', ({ event }) => event === 'end')
    expect(ana.ofType('event').map(({ event }) => event)).toEqual(['note', 'end'])
  })
  test('an id of the server is not that of a user\'s publish', async () => {
    const server = await startServer()
    const ana = await server.join('ana', 'lobby')
    await ana.publish('note', 1, { id: 'n-1' })
    expect(await server.app.rooms.send('lobby', 'note', 1, { id: 'n-1' })).toMatchObject({ duplicate: false })
  })
  test('keeps the order of calls that are not awaited', async () => {
    const server = await startServer()
    const ana = await server.join('ana', 'lobby')
    for (let n = 0; n < 50; n++) void server.app.rooms.send('lobby', 'note', n)
    await ana.next('event', ({ data }) => data === 49)
    expect(ana.ofType('event').map(({ data }) => data)).toEqual(Array.from({ length: 50 }, (_, n) => n))
  })

  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  const refused: [string, unknown[], object][] = [
    ['data that breaks the contract, naming the path', ['chat:a', 'message', { text: 7 }], { code: 'FST_ROOMS_INVALID_DATA', statusCode: 400, message: expect.stringMatching(/^data of 'message' breaks the contract: text: /) }],
    ['an event that the contract has not', ['chat:a', 'mesage', {}], { code: 'FST_ROOMS_UNKNOWN_EVENT', statusCode: 400, message: "kind 'chat' has no event 'mesage': add it to the contract" }],
    ['an event called as Object\'s own', ['chat:a', 'constructor', {}], { code: 'FST_ROOMS_UNKNOWN_EVENT' }],
    ['a kind that the contract has not', ['chta:a', 'message', {}], { code: 'FST_ROOMS_UNKNOWN_ROOM', message: "no room 'chta:a': the contract has no such kind" }],
    ['a name that is none', ['chat:ä', 'message', {}], { code: 'FST_ROOMS_UNKNOWN_ROOM', message: expect.stringContaining('roomName(kind, id)') }],
    ['an undefined room', [undefined, 'message', {}], { code: 'FST_ROOMS_UNKNOWN_ROOM' }],
    ['an id of other characters', ['chat:a', 'message', { text: 'x' }, { id: 'ä' }], { code: 'FST_ROOMS_BAD_ID', message: "id 'ä' must be 1-64 of A-Z a-z 0-9 _ . : -" }],
    ['an id that is too long', ['chat:a', 'message', { text: 'x' }, { id: 'x'.repeat(65) }], { code: 'FST_ROOMS_BAD_ID' }],
    ['an event over limits.messageBytes', ['chat:a', 'message', { text: 'x'.repeat(66_000) }], { code: 'FST_ROOMS_TOO_LARGE', statusCode: 413, message: expect.stringContaining('limits.messageBytes is 65536') }],
  ]
  test.each(refused)('rejects %s', async (_, given, error) => {
    const app = await buildApp({ contract })
    await expect(app.rooms.send(...(given as Parameters<Rooms['send']>))).rejects.toMatchObject(error)
    expect((await app.rooms.position('chat:a')).split(':')[1]).toBe('0')
  })
  test('rejects data that cannot be written, without a contract too', async () => {
    const app = await buildApp()
    for (const data of [cyclic, 1n]) await expect(app.rooms.send('lobby', 'note', data)).rejects.toMatchObject({ code: 'FST_ROOMS_INVALID_DATA', message: expect.stringContaining('it is not JSON') })
  })
  test('that nobody awaits is logged when it fails, and is no unhandled rejection', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown): void => { unhandled.push(error) }
    process.on('unhandledRejection', note)
    const log = logLines()
    const app = await buildApp({ contract }, { server: log.server })
    void app.rooms.send('chat:a', 'message', { text: 7 })
    await new Promise<void>((resolve) => setImmediate(() => setImmediate(() => resolve())))
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
    expect(log.lines()).toContainEqual(expect.objectContaining({ level: 40, msg: 'send failed', room: 'chat:a', event: 'message', err: expect.objectContaining({ code: 'FST_ROOMS_INVALID_DATA' }) }))
  })
  test.each([['unavailable', RoomsUnavailableError], ['uncertain', RoomsUncertainError]])('rejects while the broker is %s, unless the change is committed', async (_, Fault) => {
    const app = await buildApp({ broker: withLinks(memoryBroker(), () => ({ append: async () => { throw new Fault() } })) })
    await expect(app.rooms.send('lobby', 'note', 1)).rejects.toBeInstanceOf(Fault)
    expect(await app.rooms.send('lobby', 'note', 1, { id: 'n-1', committed: true })).toEqual({ id: 'n-1', position: null, duplicate: false })
  })
  test('of a committed change that could not be sent resets the room when the broker is back, so that nobody keeps a stale screen', async () => {
    let away = false
    const server = await startServer({ broker: withLinks(memoryBroker(), (link) => ({ append: (request) => (away ? Promise.reject(new RoomsUnavailableError()) : link.append(request)) })) })
    const ana = await server.join('ana', 'lobby')
    away = true
    await server.app.rooms.send('lobby', 'note', 1, { committed: true })
    away = false
    expect(await ana.next('reset')).toMatchObject({ room: 'lobby', reason: 'epoch' })
    await server.app.rooms.send('lobby', 'note', 2)
    expect((await ana.next('event')).data).toBe(2)
  })
  test('of a committed change still rejects what the application did wrong', async () => {
    const app = await buildApp({ contract })
    await expect(app.rooms.send('chat:a', 'message', {}, { committed: true })).rejects.toMatchObject({ code: 'FST_ROOMS_INVALID_DATA' })
  })
})

describe('signal', () => {
  test('reaches everyone without leaving a trace', async () => {
    const server = await startServer({ contract })
    const ana = await server.join('ana', 'chat:a')
    server.app.rooms.signal('chat:a', 'cursor', { x: 1 })
    expect(await ana.next('signal')).toEqual({ type: 'signal', room: 'chat:a', signal: 'cursor', data: { x: 1 }, from: '' })
    expect(await server.app.rooms.history('chat:a')).toEqual([])
  })
  test('throws on what breaks the contract', async () => {
    const app = await buildApp({ contract: { ...contract, slow: { access: 'authenticated', signals: { s: z.string().refine(async () => true) } } } })
    expect(() => app.rooms.signal('chat:a', 'cursor', { x: 'no' })).toThrow(expect.objectContaining({ code: 'FST_ROOMS_INVALID_DATA', message: expect.stringContaining('x: ') }))
    expect(() => app.rooms.signal('chat:a', 'courser', {})).toThrow(expect.objectContaining({ code: 'FST_ROOMS_UNKNOWN_EVENT' }))
    expect(() => app.rooms.signal('nothing', 'cursor', {})).toThrow(expect.objectContaining({ code: 'FST_ROOMS_UNKNOWN_ROOM' }))
  })
})

describe('history and position', () => {
  test('give kept events, oldest first, since a position and up to a limit', async () => {
    const app = await buildApp({ contract })
    const start = await app.rooms.position('short')
    expect(start).toMatch(/:0:-$/)
    const positions: string[] = []
    for (let n = 1; n <= 5; n++) positions.push((await app.rooms.send('short', 'tick', { n }, { id: `t-${n}`, ...(n === 5 ? { from: 'ana' } : {}) })).position!)
    expect(await app.rooms.position('short')).toBe(positions[4])
    const offsets = async (options?: { since?: string; limit?: number }): Promise<number[]> => (await app.rooms.history('short', options)).map(({ offset }) => offset)
    expect(await offsets()).toEqual([3, 4, 5])
    expect(await offsets({ since: positions[3]! })).toEqual([5])
    expect(await offsets({ limit: 2 })).toEqual([3, 4])
    expect(await offsets({ since: start })).toEqual([])
    expect((await app.rooms.history('short')).at(-1)).toEqual({ event: 'tick', data: { n: 5 }, offset: 5, id: 't-5', at: expect.any(Number), from: 'ana' })
  })
  test('never give more than limits.historyEvents at once', async () => {
    const app = await buildApp({ limits: { historyEvents: 2 } })
    for (let n = 0; n < 5; n++) await app.rooms.send('lobby', 'note', n)
    expect((await app.rooms.history('lobby', { limit: 99 })).map(({ data }) => data)).toEqual([0, 1])
  })
  test('reject what is no position, and rooms that are none', async () => {
    const app = await buildApp({ contract })
    await expect(app.rooms.history('chat:a', { since: 'yesterday' })).rejects.toMatchObject({ code: 'FST_ROOMS_BAD_POSITION' })
    for (const call of [app.rooms.history, app.rooms.position, app.rooms.members, app.rooms.size] as ((room: string) => Promise<unknown>)[]) await expect(call.call(app.rooms, 'nothing')).rejects.toMatchObject({ code: 'FST_ROOMS_UNKNOWN_ROOM' })
  })
})

describe('members and size', () => {
  test('give who is present, in order of user, page by page', async () => {
    const server = await startServer({ authenticate: async (_, token) => ({ id: token!, info: { name: token! } }), limits: { members: 2 } }, { jwt: false })
    expect([await server.app.rooms.size('lobby'), await server.app.rooms.members('lobby')]).toEqual([0, []])
    for (const user of ['cy', 'ana', 'bo', 'ana']) await server.join(user, 'lobby')
    expect(await server.app.rooms.size('lobby')).toBe(3)
    expect(await server.app.rooms.members('lobby')).toEqual([
      { user: 'ana', info: { name: 'ana' }, state: null, connections: 2, since: expect.any(Number) },
      { user: 'bo', info: { name: 'bo' }, state: null, connections: 1, since: expect.any(Number) },
    ])
    const users = async (page: { limit?: number; after?: string }): Promise<string[]> => (await server.app.rooms.members('lobby', page)).map(({ user }) => user)
    expect(await users({ limit: 1 })).toEqual(['ana'])
    expect(await users({ after: 'bo' })).toEqual(['cy'])
    expect(await users({ limit: 99 })).toEqual(['ana', 'bo'])
  })
})
