import { describe, expect, test } from 'vitest'
import { type Entry, memoryBroker, parsePosition } from '../src/index.js'
import { faultyDelivery } from './support/broker-under-test.js'
import type { RawClient } from './support/raw-client.js'
import { startServer } from './support/test-server.js'

const data = (client: RawClient): unknown[] => client.ofType('event').map((event) => event.data)
const atOnce = (entry: Entry, deliver: (entry: Entry) => void): void => deliver(entry)

/** A node to which the broker delivers as a test says, with two members in `lobby`. */
async function lobby(history = { size: 100 }) {
  const delivery = faultyDelivery(memoryBroker())
  const server = await startServer({ broker: delivery.broker, history })
  const [ana, bo] = [await server.join('ana', 'lobby'), await server.join('bo', 'lobby')]
  const { rooms } = server.app
  return { delivery, server, ana, bo, send: (value: unknown) => rooms.send('lobby', 'note', value), listeners: delivery.listeners.get('lobby')! }
}

describe('a room whose broker loses, delays or repeats entries', () => {
  test('fills a gap before it goes on, in order, each once', async () => {
    const { delivery, ana, bo, send } = await lobby()
    await send(1)
    delivery.onEntry = () => {}
    for (const lost of [2, 3, 4]) await send(lost)
    delivery.onEntry = atOnce
    await send(5)
    for (const client of [ana, bo]) {
      await client.next('event', (event) => event.data === 5)
      expect(data(client)).toEqual([1, 2, 3, 4, 5])
    }
    await send(6)
    await ana.next('event', (event) => event.data === 6)
  })
  test('takes what comes twice once', async () => {
    const { delivery, ana, send } = await lobby()
    delivery.onEntry = (entry, deliver) => {
      deliver(entry)
      deliver(entry)
    }
    for (const value of [1, 2, 3]) await send(value)
    delivery.onEntry = atOnce
    await send(4)
    await ana.next('event', (event) => event.data === 4)
    expect(data(ana)).toEqual([1, 2, 3, 4])
    expect(ana.ofType('reset')).toEqual([])
  })
  test('puts what comes in the wrong order right', async () => {
    const { delivery, ana, send } = await lobby()
    const held: (() => void)[] = []
    delivery.onEntry = (entry, deliver) => { held.unshift(() => deliver(entry)) }
    for (const value of [1, 2, 3]) await send(value)
    delivery.onEntry = atOnce
    for (const deliver of held) deliver()
    await send(4)
    await ana.next('event', (event) => event.data === 4)
    expect(data(ana)).toEqual([1, 2, 3, 4])
  })
  test('resets its members, once, where the gap is longer than the history; live events follow', async () => {
    const { delivery, ana, bo, send } = await lobby({ size: 3 })
    delivery.onEntry = () => {}
    for (let n = 1; n <= 9; n++) await send(n)
    delivery.onEntry = atOnce
    await send(10)
    for (const client of [ana, bo]) {
      expect(await client.next('reset')).toMatchObject({ room: 'lobby', reason: 'trimmed', position: expect.stringMatching(/:10:/) })
    }
    await send(11)
    await ana.next('event', (event) => event.data === 11)
    expect(data(ana)).toEqual([11])
    expect(ana.ofType('reset')).toHaveLength(1)
  })
  test.each([
    ['of another epoch', (entry: Entry): Entry => ({ ...entry, epoch: 'stray' })],
    ['that does not follow', (entry: Entry): Entry => ({ ...entry, previousTag: 'stray___' })],
    ['far ahead', (entry: Entry): Entry => ({ ...entry, offset: entry.offset + 1_000 })],
  ])('is not thrown off by a stray entry %s, and asks the broker only so often', async (_, stray) => {
    const { delivery, ana, send } = await lobby()
    delivery.onEntry = (entry, deliver) => {
      deliver(stray(entry))
      deliver(entry)
    }
    await send(1)
    delivery.onEntry = atOnce
    for (const value of [2, 3]) await send(value)
    await ana.next('event', (event) => event.data === 3)
    expect(data(ana)).toEqual([1, 2, 3])
    for (let turn = 0; turn < 50; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
    expect(delivery.reads).toBeLessThan(30)
  })
  test('answers one who joins meanwhile with everything, and sends nothing of it twice', async () => {
    const { delivery, server, ana, send } = await lobby()
    const { position } = await send(1)
    const held: (() => void)[] = []
    delivery.onEntry = (entry, deliver) => { held.push(() => deliver(entry)) }
    for (const value of [2, 3]) await send(value)
    const joining = server.enter('cy', 'lobby', { query: `?position=${encodeURIComponent(position!)}` })
    const fresh = server.enter('dee', 'lobby', { query: `?position=${encodeURIComponent(await server.app.rooms.position('lobby'))}` })
    await server.connect('witness')
    delivery.onEntry = atOnce
    for (const deliver of held) deliver()
    await send(4)
    const [cy, dee] = [(await joining).client, (await fresh).client]
    for (const client of [cy, dee, ana]) await client.next('event', (event) => event.data === 4)
    expect(data(cy)).toEqual([2, 3, 4])
    expect(data(dee)).toEqual([4])
    expect(data(ana)).toEqual([1, 2, 3, 4])
  })
})

describe('a broker that goes away', () => {
  test('and returns: live off, nothing meanwhile, then what was missed, live on', async () => {
    const { delivery, ana, send, listeners } = await lobby()
    await send(1)
    for (const listener of listeners) listener.onAway()
    expect(await ana.next('live')).toEqual({ type: 'live', on: false, room: 'lobby' })
    delivery.onEntry = () => {}
    for (const value of [2, 3]) await send(value)
    delivery.onEntry = atOnce
    for (const listener of listeners) listener.onBack()
    expect(await ana.next('live')).toEqual({ type: 'live', on: true, room: 'lobby' })
    expect(data(ana)).toEqual([1, 2, 3])
    expect(ana.frames.filter(({ type }) => type === 'event' || type === 'live').map((frame) => (frame.type === 'live' ? frame.on : frame.type))).toEqual(['event', false, 'event', 'event', true])
  })
  test('said twice is told once', async () => {
    const { ana, listeners } = await lobby()
    for (const listener of [...listeners, ...listeners]) listener.onAway()
    for (const listener of [...listeners, ...listeners]) listener.onBack()
    await ana.next('live', ({ on }) => on)
    await ana.settled()
    expect(ana.ofType('live').map(({ on }) => on)).toEqual([false, true])
  })
  test('and begins the stream anew: reset before any event of the new epoch', async () => {
    const broker = memoryBroker()
    const server = await startServer({ broker })
    const ana = await server.join('ana', 'lobby')
    await server.app.rooms.send('lobby', 'note', 1)
    const link = await broker.open({ log: server.app.log, presence: { leaseMs: 25_000, renewMs: 8_000 }, memberChanged: () => {} })
    await link.restart('lobby')
    await link.close()
    const { position } = await server.app.rooms.send('lobby', 'note', 2)
    await ana.next('event', (event) => event.data === 2)
    expect(ana.frames.filter(({ type }) => type === 'event' || type === 'reset').map(({ type }) => type)).toEqual(['event', 'reset', 'event'])
    const reset = ana.ofType('reset')[0]!
    expect(reset).toMatchObject({ reason: 'epoch' })
    expect(parsePosition(reset.position)!.epoch).toBe(parsePosition(position)!.epoch)
  })
})

describe('two nodes on one broker', () => {
  test('share events, signals, typing and presence', async () => {
    const broker = memoryBroker()
    const [near, far] = [await startServer({ broker, presence: { graceMs: 0 } }), await startServer({ broker, presence: { graceMs: 0 } })]
    const [ana, bo] = [await near.join('ana', 'lobby'), await far.join('bo', 'lobby')]
    await ana.next('presence', ({ joined }) => joined.some(({ user }) => user === 'bo'))
    bo.send({ type: 'typing', on: true }, { type: 'signal', signal: 'wave', data: 1 })
    expect(await ana.next('typing')).toMatchObject({ user: 'bo', on: true })
    expect(await ana.next('signal')).toMatchObject({ from: 'bo' })
    await Promise.all([ana.publish('note', 'a'), bo.publish('note', 'b'), near.app.rooms.send('lobby', 'note', 'c')])
    for (const client of [ana, bo]) for (let n = 0; n < 3; n++) await client.next('event')
    expect(data(ana)).toEqual(data(bo))
    bo.socket.terminate()
    expect(await ana.next('typing')).toMatchObject({ on: false })
    await ana.next('presence', ({ left }) => left.includes('bo'))
    expect(await near.app.rooms.size('lobby')).toBe(1)
  })
  test('a client that moves from one to the other recovers', async () => {
    const broker = memoryBroker()
    const [near, far] = [await startServer({ broker }), await startServer({ broker })]
    const { joined } = await near.enter('ana', 'lobby')
    for (const value of [1, 2]) await near.app.rooms.send('lobby', 'note', value)
    expect((await far.enter('ana', 'lobby', { query: `?position=${encodeURIComponent(joined.position)}` })).joined).toMatchObject({ recovered: true, replay: 2 })
  })
})
