import { describe, expect, test } from 'vitest'
import { watchBuffers } from './support/buffered.js'
import { logLines } from './support/log-lines.js'
import type { RawClient } from './support/raw-client.js'
import { startServer } from './support/test-server.js'

const ended = (client: RawClient) => client.next('event', ({ event }) => event === 'end')
/** WebSocket messages that hold events, as lists of their data. */
const eventMessages = (client: RawClient): unknown[][] => client.messages.map((message) => message.split('\n').map((line) => JSON.parse(line) as { type: string; data: unknown }).filter(({ type }) => type === 'event').map(({ data }) => data)).filter((data) => data.length > 0)

describe('what a room gains in one tick', () => {
  test("is one WebSocket message for 'rooms.v1', one per object for 'rooms.v1.single' and for no subprotocol", async () => {
    const server = await startServer()
    const [batched, single, plain] = [await server.join('ana', 'lobby'), await server.join('ana', 'lobby', { protocol: 'rooms.v1.single' }), await server.join('ana', 'lobby', { protocol: null })]
    for (let n = 0; n < 5; n++) void server.app.rooms.send('lobby', 'note', n)
    await server.app.rooms.send('lobby', 'end', 'end')
    for (const client of [batched, single, plain]) await ended(client)
    expect(eventMessages(batched)).toEqual([[0, 1, 2, 3, 4, 'end']])
    for (const client of [single, plain]) {
      expect(eventMessages(client)).toEqual([[0], [1], [2], [3], [4], ['end']])
      for (const message of client.messages) expect(message).not.toContain('\n')
    }
  })
  test('is the same message for everyone, and a lone object is one too', async () => {
    const server = await startServer()
    const [ana, bo] = [await server.join('ana', 'lobby'), await server.join('bo', 'lobby')]
    void server.app.rooms.send('lobby', 'note', 1)
    await server.app.rooms.send('lobby', 'end', 2)
    await Promise.all([ended(ana), ended(bo)])
    await server.app.rooms.send('lobby', 'end', 3)
    await Promise.all([ended(ana), ended(bo)])
    expect(eventMessages(ana)).toEqual([[1, 2], [3]])
    expect(eventMessages(bo)).toEqual([[1, 2], [3]])
  })
  test('of several rooms on one connection keeps each room\'s order', async () => {
    const server = await startServer()
    const ana = await server.connect('ana')
    ana.send({ type: 'join', room: 'a' }, { type: 'join', room: 'b' })
    await ana.next('joined', ({ room }) => room === 'b')
    for (let n = 0; n < 20; n++) void server.app.rooms.send(n % 2 === 0 ? 'a' : 'b', 'note', n)
    for (const room of ['a', 'b']) await server.app.rooms.send(room, 'end', null)
    for (const name of ['a', 'b']) await ana.next('event', ({ room, event }) => room === name && event === 'end')
    for (const name of ['a', 'b']) expect(ana.ofType('event').filter(({ room }) => room === name).map(({ offset }) => offset)).toEqual(Array.from({ length: 11 }, (_, n) => n + 1))
  })
  test('stays under limits.batchBytes per message, whatever it adds up to', async () => {
    const server = await startServer()
    const ana = await server.join('ana', 'lobby')
    for (let n = 0; n < 12; n++) void server.app.rooms.send('lobby', 'note', 'é'.repeat(15_000 + n * 1_000))
    await server.app.rooms.send('lobby', 'end', null)
    await ended(ana)
    const sizes = ana.messages.map((message) => Buffer.byteLength(message))
    for (const size of sizes) expect(size).toBeLessThanOrEqual(262_144)
    expect(sizes.filter((size) => size > 100_000).length).toBeGreaterThanOrEqual(2)
    expect(ana.ofType('event').map(({ offset }) => offset)).toEqual(Array.from({ length: 13 }, (_, n) => n + 1))
  })
})

describe('answers to one connection', () => {
  test('keep their order with what its rooms gained before and after them', async () => {
    const server = await startServer({}, { after: (app) => app.rooms.handle('lobby', 'ask', async () => {
      await app.rooms.send('lobby', 'note', 'before the answer')
      return undefined
    }) })
    const [ana, bo] = [await server.join('ana', 'lobby'), await server.join('bo', 'lobby')]
    ana.send({ type: 'publish', event: 'ask', data: null, id: 'q' }, { type: 'publish', event: 'end', data: 'after the answer', id: 'e' })
    await Promise.all([ended(ana), ended(bo)])
    const seen = ana.frames.filter(({ type }) => type === 'event' || type === 'ack').map((frame) => (frame.type === 'event' ? frame.data : frame.type === 'ack' ? frame.id : ''))
    expect(seen.indexOf('before the answer')).toBeLessThan(seen.indexOf('q'))
    expect(seen.indexOf('q')).toBeLessThan(seen.indexOf('after the answer'))
    expect(bo.ofType('event').map(({ data }) => data)).toEqual(['before the answer', 'after the answer'])
  })
  test('one who joins in the midst of a tick gets what comes after joined, and nothing that is in its position', async () => {
    const server = await startServer({}, { after: (app) => app.rooms.addHook('onJoin', async () => {
      for (let n = 0; n < 3; n++) await app.rooms.send('lobby', 'note', 'during the join')
    }) })
    const { client, joined } = await server.enter('ana', 'lobby')
    await server.app.rooms.send('lobby', 'end', null)
    await ended(client)
    const [, offset] = joined.position.split(':')
    expect(client.ofType('event').map((event) => event.offset)).toEqual(Array.from({ length: 4 - Number(offset) }, (_, n) => Number(offset) + n + 1))
  })
})

describe('a client that reads slowly', () => {
  const heavy = 'x'.repeat(400_000)
  const limits = { messageBytes: 500_000, batchBytes: 500_000 }

  test('is ended at the high mark, told so in log and stats, while its neighbour gets everything', async () => {
    const log = logLines()
    const server = await startServer({ limits, presence: { graceMs: 0 } }, { server: log.server })
    const [ana, slow] = [await server.join('ana', 'lobby'), await server.join('slow', 'lobby')]
    const buffers = watchBuffers(server.app)
    slow.socket.pause()
    for (let n = 0; server.app.rooms.stats().tooSlow === 0 && n < 100; n++) {
      await server.app.rooms.send('lobby', 'note', heavy)
      await ana.next('event')
    }
    expect(server.app.rooms.stats().tooSlow).toBe(1)
    await ana.next('presence', ({ left }) => left.includes('slow'))
    slow.socket.resume()
    expect((await slow.closed).code).toBe(1006)
    expect(ana.ofType('event').map(({ offset }) => offset)).toEqual(Array.from({ length: ana.ofType('event').length }, (_, n) => n + 1))
    expect(buffers.most()).toBeLessThan(1_048_576 + 2 * 500_000)
    expect(log.lines()).toContainEqual(expect.objectContaining({ code: 4100, msg: 'the client reads too slowly: connection ended' }))
  })
  test('comes back with its position and has missed nothing', async () => {
    const server = await startServer({ limits, history: { size: 200 } })
    const { client: slow, joined } = await server.enter('slow', 'lobby')
    slow.socket.pause()
    for (let n = 0; server.app.rooms.stats().tooSlow === 0 && n < 100; n++) {
      await server.app.rooms.send('lobby', 'note', heavy)
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    slow.socket.resume()
    await slow.closed
    const last = slow.ofType('event').at(-1)!
    const again = await server.enter('slow', 'lobby', { query: `?position=${joined.position.split(':')[0]!}:${last.offset}:${last.tag}` })
    expect(again.joined.recovered).toBe(true)
    const { offset } = (await server.app.rooms.history('lobby', { limit: 300 })).at(-1)!
    await again.client.next('event', (event) => event.offset === offset)
    expect([...slow.ofType('event'), ...again.client.ofType('event')].map((event) => event.offset)).toEqual(Array.from({ length: offset }, (_, n) => n + 1))
  })
  test('is spared signals and typing above the low mark, and no event', async () => {
    const server = await startServer({ limits: { ...limits, lowWaterBytes: 1_000, highWaterBytes: 50_000_000 } })
    const [ana, slow] = [await server.join('ana', 'lobby'), await server.join('slow', 'lobby')]
    slow.socket.pause()
    while (server.app.rooms.stats().bufferedBytes < 1_000) {
      await server.app.rooms.send('lobby', 'note', heavy)
      await ana.next('event')
    }
    for (let n = 0; n < 3; n++) {
      server.app.rooms.signal('lobby', 'wave', n)
      await ana.next('signal')
    }
    await server.app.rooms.send('lobby', 'end', null)
    await ended(ana)
    slow.socket.resume()
    await ended(slow)
    expect(slow.ofType('signal')).toEqual([])
    expect(slow.ofType('event').length).toBe(ana.ofType('event').length)
    expect(server.app.rooms.stats().dropped).toBe(3)
    server.app.rooms.signal('lobby', 'wave', 'again')
    expect((await slow.next('signal')).data).toBe('again')
  })
  test('who was typing when it is ended is typing no more for those who were there before', async () => {
    const server = await startServer({ limits })
    const [ana, slow] = [await server.join('ana', 'lobby'), await server.join('slow', 'lobby')]
    slow.send({ type: 'typing', on: true })
    await ana.next('typing', ({ on }) => on)
    slow.socket.pause()
    for (let n = 0; server.app.rooms.stats().tooSlow === 0 && n < 100; n++) {
      await server.app.rooms.send('lobby', 'note', heavy)
      await ana.next('event')
    }
    expect(await ana.next('typing')).toMatchObject({ user: 'slow', on: false })
  })
})
