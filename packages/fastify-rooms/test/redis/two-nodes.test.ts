import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { parsePosition } from 'rooms-protocol'
import type { Rooms } from '../../src/index.js'
import { RedisServer } from '../faults/redis-server.js'
import type { TestServer } from '../support/test-server.js'
import { expectWhole, startNode, stream } from './two-nodes.js'
import { eventually } from '../support/eventually.js'

vi.mock('../../src/in-time.js', () => import('../support/patient-in-time.js'))

let redis: RedisServer
let rooms = 0
const newRoom = (): `chat:${number}` => `chat:${++rooms}`
beforeAll(async () => { redis = await RedisServer.start() })
afterAll(() => redis.stop())

interface Nodes { readonly here: TestServer; readonly there: TestServer }
async function nodes(...[options, setup]: Parameters<typeof startNode> extends [unknown, ...infer Rest] ? Rest : never): Promise<Nodes> {
  return { here: await startNode(redis, options, setup), there: await startNode(redis, options, setup) }
}

describe('events', () => {
  test('sent on two nodes at once reach everyone once, in one order', async () => {
    const { here, there } = await nodes()
    const room = newRoom()
    const clients = [await here.join('ana', room), await here.join('bo', room), await there.join('cy', room), await there.join('ana', room)]
    const sent = await Promise.all(Array.from({ length: 300 }, (_, n) => (n % 2 === 0 ? here : there).app.rooms.send(room, 'tick', { n })))
    for (const client of clients) {
      await client.next('event', ({ offset }) => offset === 300)
      expectWhole(client, room)
      expect(stream(client, room)).toEqual(stream(clients[0]!, room))
    }
    expect(new Set(sent.map(({ position }) => parsePosition(position)!.offset)).size).toBe(300)
  })
  test('are excepted on any node: that connection gets the offset and the id alone', async () => {
    const { here, there } = await nodes()
    const room = newRoom()
    const [ana, bo] = [await here.join('ana', room), await there.join('bo', room)]
    const { connection } = bo.ofType('welcome')[0]!
    const { position, id } = await here.app.rooms.send(room, 'tick', 1, { except: connection })
    await here.app.rooms.send(room, 'tick', 2)
    await Promise.all([ana, bo].map((client) => client.next('event', ({ data }) => data === 2)))
    const { offset, tag } = parsePosition(position)!
    expect(stream(bo, room)[0]).toEqual({ type: 'skip', room, offset, tag, id })
    expect(stream(ana, room)[0]).toMatchObject({ type: 'event', offset, tag, data: 1 })
  })
  test('reach the other node in one round trip, and are not parsed there', async () => {
    const { here, there } = await nodes()
    const room = newRoom()
    const [near, far] = [await here.join('ana', room), await there.join('bo', room)]
    await here.app.rooms.send(room, 'tick', 0)
    await far.next('event')
    await near.next('event')
    const monitor = await redis.client().monitor()
    const commands: string[] = []
    monitor.on('monitor', (_time: string, args: string[], source: string) => { if (args.join(' ').includes(room) && source !== 'lua') commands.push(args[0]!.toLowerCase()) })
    // The clients' own reading is not the node's.
    for (const client of [near, far]) client.socket.removeAllListeners('message')
    const messages: string[] = []
    const arrived = new Promise<void>((resolve) => { far.socket.on('message', (data: Buffer) => { if (messages.push(data.toString()) > 0 && messages.join('').includes('"n":49')) resolve() }) })
    const parse = vi.spyOn(JSON, 'parse')
    await Promise.all(Array.from({ length: 50 }, (_, n) => here.app.rooms.send(room, 'tick', { n })))
    await arrived
    expect(parse).not.toHaveBeenCalled()
    parse.mockRestore()
    await eventually(() => expect(commands.filter((command) => command === 'evalsha').length).toBeGreaterThanOrEqual(50))
    // The rest is the upkeep of presence.
    expect(commands.filter((command) => command === 'evalsha').length).toBeLessThan(60)
    expect(new Set(commands)).toEqual(new Set(['evalsha']))
    monitor.disconnect()
  })
})

describe('publishing', () => {
  test('again on another node is a duplicate with the same position, other content under the id a conflict', async () => {
    const { here, there } = await nodes()
    const room = newRoom()
    const [ana, again] = [await here.join('ana', room), await there.join('ana', room)]
    const first = await ana.publish('tick', { n: 1 }, { id: 'p1' })
    expect(first).toMatchObject({ type: 'ack', position: expect.any(String) as string })
    expect(await again.publish('tick', { n: 1 }, { id: 'p1' })).toEqual({ ...first, duplicate: true })
    expect(await again.publish('tick', { n: 2 }, { id: 'p1' })).toMatchObject({ type: 'error', code: 'conflict', id: 'p1' })
    expect(await again.publish('tick', { n: 3 }, { id: 'p2' })).toMatchObject({ type: 'ack' })
    await ana.next('event', ({ id }) => id === 'p2')
    expect(stream(ana, room).map((frame) => frame.type === 'event' && frame.id)).toEqual(['p1', 'p2'])
  })
  test('on two nodes at once runs the handler once; the other is told the outcome or to ask again', async () => {
    let handled = 0
    const after = (app: { rooms: Rooms }): void => app.rooms.handle('chat', 'order', async ({ data }) => ({ number: ++handled, data }))
    const { here, there } = await nodes({}, { after })
    const room = newRoom()
    const [ana, again] = [await here.join('ana', room), await there.join('ana', room)]
    const answers = await Promise.all([ana, again].map((client) => client.publish('order', 'tea', { id: 'p1' })))
    expect(handled).toBe(1)
    for (const answer of answers) expect(answer.type === 'ack' || answer.code === 'uncertain', JSON.stringify(answer)).toBe(true)
    expect(await again.publish('order', 'tea', { id: 'p1' })).toMatchObject({ type: 'ack', duplicate: true })
    expect(handled).toBe(1)
  })
  test('the same id by rooms.send on two nodes makes one event', async () => {
    const { here, there } = await nodes()
    const room = newRoom()
    const sent = await Promise.all([here, there, here, there].map(({ app }) => app.rooms.send(room, 'tick', 1, { id: 'row-7' })))
    expect(sent.filter(({ duplicate }) => !duplicate)).toHaveLength(1)
    expect(new Set(sent.map(({ position }) => position)).size).toBe(1)
    await expect(there.app.rooms.send(room, 'tick', 2, { id: 'row-7' })).rejects.toMatchObject({ code: 'FST_ROOMS_CONFLICT' })
    expect(await here.app.rooms.history(room)).toHaveLength(1)
  })
})

describe('coming back', () => {
  test('on the other node gives what was missed, page after page, and goes on live', async () => {
    const { here, there } = await nodes({ history: { size: 1_000 }, limits: { historyEvents: 100 } })
    const room = newRoom()
    const ana = await here.join('ana', room)
    const { position } = await here.app.rooms.send(room, 'tick', 1)
    await ana.next('event')
    ana.socket.terminate()
    for (let n = 2; n <= 450; n++) await here.app.rooms.send(room, 'tick', n)
    const { client, joined } = await there.enter('ana', room, { query: `?position=${position}` })
    expect(joined).toMatchObject({ recovered: true, replay: 449 })
    await here.app.rooms.send(room, 'tick', 451)
    await client.next('event', ({ data }) => data === 451)
    expect(stream(client, room).map((frame) => frame.type === 'event' && frame.data)).toEqual(Array.from({ length: 450 }, (_, i) => i + 2))
  })
  test('after more than is kept says so, and rewind still gives the newest', async () => {
    const { here, there } = await nodes({ history: { size: 20 } })
    const room = newRoom()
    const { position } = await here.app.rooms.send(room, 'tick', 1)
    for (let n = 2; n <= 40; n++) await here.app.rooms.send(room, 'tick', n)
    const { client, joined } = await there.enter('ana', room, { query: `?position=${position}&rewind=5` })
    expect(joined).toMatchObject({ recovered: false, reason: 'trimmed', replay: 5, position: await here.app.rooms.position(room) })
    await client.next('event', ({ data }) => data === 40)
    expect(stream(client, room).map(({ offset }) => offset)).toEqual([36, 37, 38, 39, 40])
  })
  test('a hundred at once on a node cost at most one read of the history', async () => {
    const { here, there } = await nodes({ limits: { connectionsPerUser: 200 } })
    const room = newRoom()
    const { position } = await here.app.rooms.send(room, 'tick', 0)
    for (let n = 1; n <= 50; n++) await here.app.rooms.send(room, 'tick', n)
    await there.join('warm', room)
    const direct = redis.client()
    const ranges = async (): Promise<number> => Number(/cmdstat_xrange:calls=(\d+)/.exec(await direct.info('commandstats'))?.[1] ?? 0)
    const before = await ranges()
    const clients = await Promise.all(Array.from({ length: 100 }, () => there.enter('ana', room, { query: `?position=${position}` })))
    expect((await ranges()) - before).toBeLessThanOrEqual(2)
    for (const { client, joined } of clients) {
      expect(joined).toMatchObject({ recovered: true, replay: 50 })
      await client.next('event', ({ data }) => data === 50)
      expectWhole(client, room)
    }
  })
})

describe('who is there', () => {
  test('is one list on all nodes: arrivals, states, more connections, departures', async () => {
    const changes: string[] = []
    const after = (app: { rooms: Rooms }): void => {
      app.rooms.addHook('onMemberJoined', ({ user }) => { changes.push(`+${user}`) })
      app.rooms.addHook('onMemberLeft', ({ user }) => { changes.push(`-${user}`) })
    }
    const { here, there } = await nodes({ presence: { graceMs: 0 } }, { after })
    const room = newRoom()
    const ana = await here.join('ana', room)
    const { client: bo, joined } = await there.enter('bo', room)
    expect(joined).toMatchObject({ size: 2, members: [{ user: 'ana', connections: 1 }, { user: 'bo', connections: 1 }] })
    await ana.next('presence', ({ joined: members }) => members.some(({ user }) => user === 'bo'))
    const second = await there.join('ana', room)
    await ana.next('presence', ({ changed }) => changed.some(({ user, connections }) => user === 'ana' && connections === 2))
    bo.send({ type: 'presence', state: { status: 'away' } })
    await ana.next('presence', ({ changed }) => changed.some(({ user, state }) => user === 'bo' && (state as { status?: string } | null)?.status === 'away'))
    second.socket.terminate()
    await ana.next('presence', ({ changed }) => changed.some(({ user, connections }) => user === 'ana' && connections === 1))
    bo.socket.terminate()
    await ana.next('presence', ({ left, size }) => left[0] === 'bo' && size === 1)
    expect(await there.app.rooms.size(room)).toBe(1)
    expect((await here.app.rooms.members(room)).map(({ user }) => user)).toEqual(['ana'])
    await eventually(() => expect(changes).toEqual(['+ana', '+bo', '-bo']))
  })
  test('types for everyone but themself, wherever they are; signals reach all but their sender', async () => {
    const { here, there } = await nodes()
    const room = newRoom()
    const [ana, anaThere, bo] = [await here.join('ana', room), await there.join('ana', room), await there.join('bo', room)]
    ana.send({ type: 'typing', on: true }, { type: 'signal', signal: 'wave', data: 1 })
    expect(await bo.next('typing')).toMatchObject({ user: 'ana', on: true })
    expect(await anaThere.next('signal')).toMatchObject({ signal: 'wave', data: 1, from: 'ana' })
    bo.send({ type: 'signal', signal: 'wave', data: 2 })
    await ana.next('signal', ({ data }) => data === 2)
    expect([ana.ofType('typing'), anaThere.ofType('typing')]).toEqual([[], []])
    expect(ana.ofType('signal').map(({ data }) => data)).toEqual([2])
    expect((await there.enter('cy', room)).joined.typing).toEqual(['ana'])
  })
})

test('nothing is searched for: no KEYS, SCAN or PSUBSCRIBE in the life of a room', async () => {
  const monitor = await redis.client().monitor()
  const commands = new Set<string>()
  const done = new Promise<void>((resolve) => {
    monitor.on('monitor', (_time: string, args: string[]) => {
      commands.add(args[0]!.toLowerCase())
      if (args[0] === 'echo') resolve()
    })
  })
  const { here, there } = await nodes({ presence: { leaseMs: 400, renewMs: 100, graceMs: 0 } })
  const room = newRoom()
  const [ana, bo] = [await here.join('ana', room), await there.join('bo', room)]
  await ana.publish('tick', 1, { id: 'p' })
  const { position } = await there.app.rooms.send(room, 'tick', 2)
  await there.enter('cy', room, { query: `?position=${position}` })
  ana.send({ type: 'typing', on: true })
  await bo.next('typing')
  ana.socket.terminate()
  await bo.next('presence', ({ left }) => left.includes('ana'))
  await Promise.all([here.app.close(), there.app.close()])
  await redis.client().echo('the end')
  await done
  monitor.disconnect()
  const ours = [...commands].filter((command) => !['hello', 'info', 'client', 'select', 'echo', 'monitor', 'ping'].includes(command))
  expect(ours).toEqual(expect.arrayContaining(['evalsha', 'subscribe', 'publish', 'xadd', 'zadd']))
  expect(ours.filter((command) => /keys|scan|psubscribe|flush|config/.test(command))).toEqual(['hkeys'])
})
