import { describe, expect, test } from 'vitest'
import { type EventFrame, parsePosition, type ServerFrame, type SkipFrame } from 'rooms-protocol'
import { watchBuffers } from './support/buffered.js'
import type { RawClient } from './support/raw-client.js'
import { contract } from './support/test-contract.js'
import { startServer, type TestServer } from './support/test-server.js'

const at = (position: string): string => `?position=${encodeURIComponent(position)}`

/** Sends `count` notes to `lobby` and gives the position before them and after each. */
async function fill(server: TestServer, count: number, data: (n: number) => unknown = (n) => n): Promise<string[]> {
  const positions = [await server.app.rooms.position('lobby')]
  for (let n = 1; n <= count; n++) positions.push((await server.app.rooms.send('lobby', 'note', data(n))).position!)
  return positions
}
const isPlaced = (frame: ServerFrame): frame is EventFrame | SkipFrame => frame.type === 'event' || frame.type === 'skip'
const offsets = (client: RawClient): number[] => client.frames.filter(isPlaced).map(({ offset }) => offset)
const upTo = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n)

describe('a position', () => {
  test.each(['the query', 'a join frame'])('in %s: everything since it is replayed, in order, between joined and what is live', async (where) => {
    const server = await startServer()
    const positions = await fill(server, 5)
    const client = where === 'the query' ? await server.connect('ana', { path: `/ws/lobby${at(positions[2]!)}` }) : await server.connect('ana')
    if (where !== 'the query') client.send({ type: 'join', room: 'lobby', position: positions[2]! })
    expect(await client.next('joined')).toMatchObject({ recovered: true, replay: 3, position: positions[5] })
    await server.app.rooms.send('lobby', 'note', 6)
    await client.next('event', ({ data }) => data === 6)
    expect(client.frames.filter(({ type }) => type !== 'presence').map(({ type }) => type)).toEqual(['welcome', 'joined', ...Array<string>(4).fill('event')])
    expect(offsets(client)).toEqual([3, 4, 5, 6])
    expect(client.ofType('joined')[0]).not.toHaveProperty('reason')
  })
  test('at the end of the stream recovers with nothing to replay; so does that of an empty room', async () => {
    const server = await startServer()
    const [empty, one] = await fill(server, 1)
    expect((await server.enter('ana', 'lobby', { query: at(one!) })).joined).toMatchObject({ recovered: true, replay: 0, position: one })
    expect((await server.enter('ana', 'lobby', { query: at(empty!) })).joined).toMatchObject({ recovered: true, replay: 1 })
    const before = await server.app.rooms.position('other')
    expect((await server.enter('ana', 'other', { query: at(before) })).joined).toMatchObject({ recovered: true, replay: 0, position: before })
  })
  test('that does not recover says why, replays nothing, and live events come from joined.position on', async () => {
    const server = await startServer({ history: { size: 3 } })
    const positions = await fill(server, 6)
    const { epoch, offset, tag } = parsePosition(positions[5])!
    const verdicts: [string, string][] = [
      [`other:${offset}:${tag}`, 'epoch'],
      [`${epoch}:7:AAAAAAAA`, 'ahead'],
      [positions[2]!, 'trimmed'],
      [`${epoch}:${offset}:AAAAAAAA`, 'fork'],
      [`${epoch}:6:AAAAAAAA`, 'fork'],
      ...['', 'rubbish', '1', `${epoch}:-1:-`, `${epoch}:1.5:${tag}`, `${epoch}:9007199254740993:${tag}`, `${epoch}:05:${tag}`, `${epoch}:0:${tag}`, 'null', 'x'.repeat(3_000)].map((garbage) => [garbage, 'invalid'] as [string, string]),
    ]
    for (const [position, reason] of verdicts) expect((await server.enter('ana', 'lobby', { query: at(position) })).joined, position).toMatchObject({ recovered: false, reason, replay: 0, position: positions[6] })
    const client = await server.join('bo', 'lobby', { query: at('rubbish') })
    await server.app.rooms.send('lobby', 'note', 7)
    expect((await client.next('event')).offset).toBe(7)
  })
  test('just before the oldest kept event still recovers', async () => {
    const server = await startServer({ history: { size: 3 } })
    const positions = await fill(server, 6)
    expect((await server.enter('ana', 'lobby', { query: at(positions[3]!) })).joined).toMatchObject({ recovered: true, replay: 3 })
  })
  test('longer ago than one page of limits.historyEvents is read page by page', async () => {
    const server = await startServer({ limits: { historyEvents: 7 }, history: { size: 100 } })
    const positions = await fill(server, 50)
    const { client, joined } = await server.enter('ana', 'lobby', { query: at(positions[1]!) })
    expect(joined.replay).toBe(49)
    await client.next('event', ({ data }) => data === 50)
    expect(offsets(client)).toEqual(upTo(2, 50))
  })
  test('given to a room one is in replays again what followed it', async () => {
    const server = await startServer()
    const client = await server.join('ana', 'lobby')
    const positions = await fill(server, 4)
    await client.next('event', ({ data }) => data === 4)
    client.send({ type: 'join', room: 'lobby', position: positions[2]! })
    await client.next('joined', ({ replay }) => replay === 2)
    await client.next('event', ({ data }) => data === 3)
    await server.app.rooms.send('lobby', 'note', 5)
    await client.next('event', ({ data }) => data === 5)
    expect(offsets(client)).toEqual([1, 2, 3, 4, 3, 4, 5])
  })
})

describe('rewind', () => {
  test('replays the last so many, or all there are, and says nothing of recovery', async () => {
    const server = await startServer()
    await fill(server, 5)
    for (const [rewind, expected] of [[2, [4, 5]], [99, upTo(1, 5)], [0, []]] as const) {
      const { client, joined } = await server.enter('ana', 'lobby', { query: `?rewind=${rewind}` })
      expect(joined).toMatchObject({ replay: expected.length })
      expect(joined).not.toHaveProperty('recovered')
      await client.settled()
      expect(offsets(client)).toEqual(expected)
    }
  })
  test('steps in where the position does not recover, and stays away where it does', async () => {
    const server = await startServer()
    const positions = await fill(server, 5)
    expect((await server.enter('ana', 'lobby', { query: `${at('rubbish')}&rewind=2` })).joined).toMatchObject({ recovered: false, reason: 'invalid', replay: 2, position: positions[5] })
    expect((await server.enter('ana', 'lobby', { query: `${at(positions[1]!)}&rewind=2` })).joined).toMatchObject({ recovered: true, replay: 4 })
  })
  test.each(['-1', '1.5', 'x', '1e9', '9999999999', ''])('that is none is ignored: %j', async (rewind) => {
    const server = await startServer()
    await fill(server, 2)
    expect((await server.enter('ana', 'lobby', { query: `?rewind=${rewind}` })).joined.replay).toBe(0)
  })
})

describe('offsets stay whole', () => {
  test('for a connection that is left out, live and replayed', async () => {
    const server = await startServer()
    const client = await server.join('ana', 'lobby')
    const except = client.ofType('welcome')[0]!.connection
    const before = await server.app.rooms.position('lobby')
    for (let n = 1; n <= 4; n++) await server.app.rooms.send('lobby', 'note', n, n % 2 === 0 ? { except } : {})
    const kinds = () => client.frames.filter(isPlaced).map(({ type, offset }) => `${type} ${offset}`)
    await client.next('skip', ({ offset }) => offset === 4)
    expect(kinds()).toEqual(['event 1', 'skip 2', 'event 3', 'skip 4'])
    const live = client.ofType('skip').map(({ id }) => id)
    expect(live).toEqual((await server.app.rooms.history('lobby')).filter(({ offset }) => offset % 2 === 0).map(({ id }) => id))
    client.send({ type: 'join', room: 'lobby', position: before })
    expect((await client.next('joined')).replay).toBe(4)
    await client.next('skip', ({ offset }) => offset === 4)
    expect(kinds().slice(4)).toEqual(['event 1', 'skip 2', 'event 3', 'skip 4'])
    expect(client.ofType('skip').slice(2).map(({ id }) => id)).toEqual(live)
  })
  test('for the publisher of a kind without echo', async () => {
    const server = await startServer({ contract })
    const [ana, bo] = [await server.join('ana', 'quiet'), await server.join('bo', 'quiet')]
    for (let n = 0; n < 3; n++) {
      await ana.publish('tick', { n })
      await bo.publish('tick', { n })
    }
    await ana.next('event', ({ offset }) => offset === 6)
    await bo.next('skip', ({ offset }) => offset === 6)
    expect(ana.frames.filter(isPlaced).map(({ type }) => type)).toEqual(['skip', 'event', 'skip', 'event', 'skip', 'event'])
    expect(offsets(bo)).toEqual(upTo(1, 6))
  })
  test('for a client that goes and comes back in the midst of a stream of events: each once, in order', async () => {
    const server = await startServer({ history: { size: 1_000 } })
    let position = await server.app.rooms.position('lobby')
    const seen: number[] = []
    let sent = 0
    const streaming = new AbortController()
    const stream = (async () => { while (!streaming.signal.aborted) {
      void server.app.rooms.send('lobby', 'note', ++sent)
      await new Promise<void>((resolve) => setImmediate(resolve))
    } })()
    while (seen.length < 300) {
      const { client, joined } = await server.enter('ana', 'lobby', { query: at(position) })
      expect(joined.recovered).toBe(true)
      const until = seen.length + 37
      while (seen.length < until) {
        const { offset, tag, data } = await client.next('event')
        expect(data).toBe(offset)
        seen.push(offset)
        position = `${position.split(':')[0]!}:${offset}:${tag}`
      }
      client.socket.terminate()
    }
    streaming.abort()
    await stream
    expect(seen).toEqual(upTo(1, seen.length))
  })
})

describe('a big replay', () => {
  const big = (n: number) => ({ n, text: 'x'.repeat(60_000) })
  /** Sixty of these are more than the operating system takes for a client that does not read. */
  const huge = (n: number) => ({ n, text: 'x'.repeat(400_000) })
  const roomy = { limits: { messageBytes: 500_000, batchBytes: 500_000 } }

  test('is written in slices: 100 × 60 kB never stand in the buffer at once', async () => {
    const server = await startServer({ history: { size: 200 } })
    const [start] = await fill(server, 100, big)
    const buffers = watchBuffers(server.app)
    const { client, joined } = await server.enter('ana', 'lobby', { query: at(start!) })
    expect(joined.replay).toBe(100)
    await client.next('event', ({ offset }) => offset === 100)
    expect(offsets(client)).toEqual(upTo(1, 100))
    expect(buffers.most()).toBeLessThan(65_536 + 2 * 61_000)
  })
  test('waits for a client that pauses, and live events follow it', async () => {
    const server = await startServer({ ...roomy, history: { size: 90 } })
    const [start] = await fill(server, 60, huge)
    const buffers = watchBuffers(server.app)
    const [client, bo] = [await server.join('ana', 'lobby', { query: at(start!) }), await server.join('bo', 'lobby')]
    client.socket.pause()
    for (let n = 61; n <= 80; n++) {
      await server.app.rooms.send('lobby', 'note', huge(n))
      await bo.next('event', ({ offset }) => offset === n)
    }
    expect(offsets(client).length).toBeLessThan(60)
    expect(buffers.most()).toBeLessThan(1_048_576)
    client.socket.resume()
    await client.next('event', ({ offset }) => offset === 80)
    expect(offsets(client)).toEqual(upTo(1, 80))
  })
  test('of two rooms on one connection finishes in both', async () => {
    const server = await startServer({ history: { size: 200 } })
    const starts = [await server.app.rooms.position('a'), await server.app.rooms.position('b')]
    for (let n = 1; n <= 30; n++) for (const room of ['a', 'b']) await server.app.rooms.send(room, 'note', big(n))
    const buffers = watchBuffers(server.app)
    const client = await server.connect('ana')
    client.send({ type: 'join', room: 'a', position: starts[0]! }, { type: 'join', room: 'b', position: starts[1]! })
    for (const name of ['a', 'b']) await client.next('event', ({ room, offset }) => room === name && offset === 30)
    expect(client.ofType('event')).toHaveLength(60)
    expect(buffers.most()).toBeLessThan(65_536 + 4 * 61_000)
  })
  test('that falls out of the history while its client pauses ends in a reset, and goes on live', async () => {
    const server = await startServer({ ...roomy, history: { size: 60 } })
    const [start] = await fill(server, 60, huge)
    const [client, bo] = [await server.join('ana', 'lobby', { query: at(start!) }), await server.join('bo', 'lobby')]
    client.socket.pause()
    for (let n = 61; n <= 150; n++) await server.app.rooms.send('lobby', 'note', n)
    await bo.next('event', ({ offset }) => offset === 150)
    client.socket.resume()
    const reset = await client.next('reset')
    const { position } = await server.app.rooms.send('lobby', 'note', 'live')
    await client.next('event', ({ data }) => data === 'live')
    expect(reset).toMatchObject({ room: 'lobby', reason: 'trimmed', position: expect.stringMatching(/:150:/) })
    const after = client.frames.slice(client.frames.indexOf(reset)).filter(isPlaced)
    expect(after.map(({ offset }) => offset)).toEqual([151])
    expect(position).toContain(':151:')
    const before = client.frames.slice(0, client.frames.indexOf(reset)).filter(isPlaced).map(({ offset }) => offset)
    expect(before).toEqual(upTo(1, before.length))
  })
})
