// The regression gate: how many operations things take. Counts are the same on every machine; times are not.
import { operationsOf } from './operations.mjs'
import { afterEach, describe, expect, it } from 'vitest'
import { setImmediate as nextTick } from 'node:timers/promises'
import { eventData } from '../event-data.mjs'
import { peers } from '../peers/peers.mjs'
import { orderFrame } from '../publish/frames.mjs'
import { ROOM, roomOf } from './room-of.mjs'

let room

afterEach(() => room.close())

/** Fewer operations are no regression. */
function atMost(counted, limits) {
  const over = Object.keys(limits).filter((name) => counted[name] > limits[name])
  expect(over.map((name) => `${name}: ${counted[name]}, at most ${limits[name]}`)).toEqual([])
}

/** Sends events in one turn of the event loop and waits until all members have them. */
function deliver(count) {
  return operationsOf(async () => {
    const arrived = Promise.all(room.clients.map((client) => client.gets(count)))
    for (let n = 0; n < count; n++) void room.app.rooms.send(ROOM, 'message', eventData(n))
    await arrived
  })
}

it('sees each kind of operation', async () => {
  room = await roomOf(1)
  const counted = await operationsOf(async () => {
    await deliver(1)
    JSON.parse(Buffer.from('[]').toString())
  })
  for (const [name, count] of Object.entries(counted)) expect(count, name).toBeGreaterThan(0)
})

describe('an event', () => {
  it.each([4, 40])('is encoded the same few times for %i members, and read by none of them', async (members) => {
    room = await roomOf(members)
    atMost(await deliver(1), { stringify: 4, parse: 0, encodes: 1 })
  })

  it('costs each member one write', async () => {
    room = await roomOf(40)
    expect((await deliver(1)).writes).toBe(40)
  })

  it('shares its write with all others of its tick', async () => {
    room = await roomOf(40)
    atMost(await deliver(20), { writes: 40, encodes: 1, stringify: 20 * 4 })
  })

  it('is written in the tick in which it was sent, alone or not', async () => {
    room = await roomOf(4)
    const { writes } = await operationsOf(async () => {
      await room.app.rooms.send(ROOM, 'message', eventData(1))
      await nextTick()
    })
    expect(writes).toBe(4)
  })

  it('carries at most 160 bytes beside its data', async () => {
    room = await roomOf(1)
    const [client] = room.clients
    const before = client.counter.bytes
    await deliver(1)
    expect(client.counter.bytes - before - JSON.stringify(eventData(0)).length).toBeLessThanOrEqual(160)
  })
})

describe('a publish', () => {
  /** Sends publishes in one write and waits for the answers. */
  const publish = (kind, count, answers) => operationsOf(async () => {
    const [client] = room.clients
    const answered = client.gets(answers)
    client.sendAll(Array.from({ length: count }, (_, n) => orderFrame('rooms', kind, 0, n)))
    await answered
  })

  it('takes the same few passes of JSON each, and one write', async () => {
    room = await roomOf(1)
    await publish('order', 1, 1)
    // Parsed: the client's object. Made: what the key's hash is of, and the handler's result, which the answer repeats.
    atMost(await publish('order', 1, 1), { parse: 1, stringify: 2, writes: 1 })
  })

  it('is answered together with those that came with it', async () => {
    room = await roomOf(1)
    atMost(await publish('order', 20, 20), { writes: 2 })
  })
})

describe('resumes', () => {
  const missed = () => Promise.all(Array.from({ length: 20 }, (_, n) => room.app.rooms.send(ROOM, 'message', eventData(n))))
  const resume = async (address, position) => (await room.open(peers.rooms.resume(address, { position }))).hears(/m000000019/)

  it('of a whole room read the history at most once', async () => {
    room = await roomOf(40)
    const position = await room.app.rooms.position(ROOM)
    const before = room.reads.count
    for (const client of room.clients) client.cut()
    await missed()
    await Promise.all(room.addresses.map((address) => resume(address, position)))
    expect(room.reads.count - before).toBeLessThanOrEqual(1)
  })

  it('take three writes each: the answer to the upgrade, the welcome, and the room with all that was missed', async () => {
    room = await roomOf(1)
    const position = await room.app.rooms.position(ROOM)
    room.clients[0].cut()
    await missed()
    atMost(await operationsOf(() => resume(room.addresses[0], position)), { writes: 3 })
  })
})
