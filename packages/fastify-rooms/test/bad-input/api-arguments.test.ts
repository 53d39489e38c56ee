import { describe, expect, test } from 'vitest'
import { memoryBroker, type Rooms } from '../../src/index.js'
import { redisBroker } from '../../src/redis/index.js'
import { startRedis } from '../faults/redis-server.js'
import { startServer, type TestServer } from '../support/test-server.js'

/** `fastify.rooms` as plain JavaScript calls it. */
type Untyped = { readonly [M in keyof Rooms]: (...given: readonly unknown[]) => Promise<unknown> }

const servers: [string, () => Promise<TestServer>][] = [
  ['memory', () => startServer({ broker: memoryBroker(), limits: { members: 2, historyEvents: 2 } })],
  ['Redis', async () => startServer({ broker: redisBroker((await startRedis()).client()), limits: { members: 2, historyEvents: 2 } })],
]

describe.each(servers)('what plain JavaScript may pass to app.rooms, over %s', (_, start) => {
  test('a limit that is none is refused, and never lets past limits.members and limits.historyEvents', async () => {
    const server = await start()
    const rooms = server.app.rooms as unknown as Untyped
    for (const user of ['ana', 'bo', 'cy']) await server.join(user, 'lobby')
    for (let n = 0; n < 3; n++) await server.app.rooms.send('lobby', 'note', n)
    for (const method of ['members', 'history'] as const) {
      for (const limit of [-1, Number.NaN, 1.5, Infinity, '2', null, {}]) await expect(rooms[method]('lobby', { limit })).rejects.toMatchObject({ code: 'FST_ROOMS_OPTIONS', message: expect.stringContaining("'limit'") })
      expect([await rooms[method]('lobby', { limit: 0 }), await rooms[method]('lobby', { limit: 99 }), await rooms[method]('lobby')]).toMatchObject([[], { length: 2 }, { length: 2 }])
    }
  })
  test('an event, an id or an author that is no text is refused before anybody sees it', async () => {
    const server = await start()
    const rooms = server.app.rooms as unknown as Untyped
    const client = await server.join('ana', 'lobby')
    for (const event of [undefined, null, 7, '', {}, 'x'.repeat(129)]) await expect(rooms.send('lobby', event, 1)).rejects.toMatchObject({ code: 'FST_ROOMS_UNKNOWN_EVENT' })
    for (const id of [7, {}, [], '', true]) await expect(rooms.send('lobby', 'note', 1, { id })).rejects.toMatchObject({ code: 'FST_ROOMS_BAD_ID' })
    for (const from of [7, {}, true]) await expect(rooms.send('lobby', 'note', 1, { from })).rejects.toMatchObject({ code: 'FST_ROOMS_OPTIONS', message: expect.stringContaining("'from'") })
    for (const except of [7, {}, true]) await expect(rooms.send('lobby', 'note', 1, { except })).rejects.toMatchObject({ code: 'FST_ROOMS_OPTIONS', message: expect.stringContaining("'except'") })
    await client.settled()
    expect(client.ofType('event')).toEqual([])
  })
  test('options that nobody would read are refused: an id by itself, a misspelt one, null', async () => {
    const rooms = (await start()).app.rooms as unknown as Untyped
    for (const options of [null, 7, 'my-id', [], { exept: 'c' }]) {
      for (const work of [rooms.send('lobby', 'note', 1, options), rooms.members('lobby', options), rooms.history('lobby', options)]) await expect(work).rejects.toMatchObject({ code: 'FST_ROOMS_OPTIONS' })
    }
    for (const after of [null, 7, {}, Symbol('x')]) await expect(rooms.members('lobby', { after })).rejects.toMatchObject({ code: 'FST_ROOMS_OPTIONS', message: expect.stringContaining("'after'") })
  })
  test('a signal over limits.messageBytes is refused, as an event is', async () => {
    const { app } = await start()
    expect(() => app.rooms.signal('lobby', 'cursor', 'é'.repeat(33_000))).toThrow(expect.objectContaining({ code: 'FST_ROOMS_TOO_LARGE' }))
    expect(() => app.rooms.signal('lobby', 'cursor', 'e'.repeat(33_000))).not.toThrow()
  })
  test('somebody who is nobody cannot be sent away or asked about again', async () => {
    const rooms = (await start()).app.rooms as unknown as Untyped
    for (const who of [null, undefined, 7, 'ana', {}, { user: 7 }, { user: null }, { user: 'ana', room: 'lobby' }]) await expect(rooms.disconnect(who)).rejects.toMatchObject({ code: 'FST_ROOMS_TARGET' })
    for (const user of [undefined, null, 7, {}, '']) await expect(rooms.recheck(user)).rejects.toMatchObject({ code: 'FST_ROOMS_TARGET' })
    for (const who of [{ user: '' }, { connection: '' }]) await expect(rooms.disconnect(who)).rejects.toMatchObject({ code: 'FST_ROOMS_TARGET' })
    for (const room of ['', 'Lobby', 'lobby:', '*']) await expect(rooms.disconnect({ room })).rejects.toMatchObject({ code: 'FST_ROOMS_UNKNOWN_ROOM' })
  })
  test('what has no text is refused in the words for all that is none', async () => {
    const rooms = (await start()).app.rooms as unknown as Untyped
    for (const nameless of [Object.create(null), { toString: () => { throw new Error('no text') } }, Symbol('x')]) {
      for (const method of ['send', 'members', 'size', 'position', 'history'] as const) await expect(rooms[method](nameless)).rejects.toMatchObject({ code: 'FST_ROOMS_UNKNOWN_ROOM' })
      await expect(rooms.send('lobby', nameless, 1)).rejects.toMatchObject({ code: 'FST_ROOMS_UNKNOWN_EVENT' })
      await expect(rooms.send('lobby', 'note', 1, { id: nameless })).rejects.toMatchObject({ code: 'FST_ROOMS_BAD_ID' })
      await expect(rooms.history('lobby', { since: nameless })).rejects.toMatchObject({ code: 'FST_ROOMS_BAD_POSITION' })
      expect(() => rooms.signal(nameless, 'cursor', 1)).toThrow(expect.objectContaining({ code: 'FST_ROOMS_UNKNOWN_ROOM' }))
      expect(() => rooms.signal('lobby', nameless, 1)).toThrow(expect.objectContaining({ code: 'FST_ROOMS_UNKNOWN_EVENT' }))
    }
  })
  test('data that JSON has no words for is refused, instead of being told as null; absent data is null', async () => {
    const rooms = (await start()).app.rooms as unknown as Untyped
    for (const data of [() => 1, Symbol('x'), { toJSON: () => undefined }]) {
      await expect(rooms.send('lobby', 'note', data)).rejects.toMatchObject({ code: 'FST_ROOMS_INVALID_DATA', message: expect.stringContaining('it is not JSON') })
      expect(() => rooms.signal('lobby', 'cursor', data)).toThrow(expect.objectContaining({ code: 'FST_ROOMS_INVALID_DATA' }))
    }
    await rooms.send('lobby', 'note', undefined)
    expect(await rooms.history('lobby')).toMatchObject([{ data: null }])
  })
  test('committed is true or false, so that no text that says no is taken for a yes', async () => {
    const rooms = (await start()).app.rooms as unknown as Untyped
    for (const committed of ['false', 1, null, {}]) await expect(rooms.send('lobby', 'note', 1, { committed })).rejects.toMatchObject({ code: 'FST_ROOMS_OPTIONS', message: expect.stringContaining("'committed'") })
  })
})
