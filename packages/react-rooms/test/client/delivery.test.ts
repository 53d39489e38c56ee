import { describe, expect, it, vi } from 'vitest'
import type { Delivery } from '../../src/client/index.js'
import { useStage } from '../stage.js'
import { settle } from '../fake-server.js'

const stage = useStage()

describe('delivery', () => {
  it('tells of every offset, skips included, each with its position', async () => {
    const { client, server } = stage()
    const room = client.room('chat:1')
    const all: Delivery[] = []
    const messages: unknown[] = []
    room.onAny((delivery) => all.push(delivery))
    room.on('message', (data) => messages.push(data))
    await settle()
    server.send('chat:1', 'message', 1)
    const position = server.send('chat:1', 'message', 2, { except: server.socket })
    await settle()
    expect(all.map(({ type, offset, again }) => [type, offset, again])).toEqual([['event', 1, false], ['skip', 2, false]])
    expect([messages, all[1]!.position, room.position()]).toEqual([[1], position, position])
  })

  it('names the event in a skip, so that whoever made it knows that it is done', async () => {
    const { client, server } = stage()
    const skips: unknown[] = []
    client.room('chat:1').onAny((delivery) => skips.push(delivery.type === 'skip' && delivery.id))
    await settle()
    server.send('chat:1', 'message', 1, { id: 'mine', except: server.socket })
    await settle()
    expect(skips).toEqual(['mine'])
  })

  it('takes the rest of a batch in which one line is no object of the server', async () => {
    const { client, server } = stage()
    const heard: unknown[] = []
    client.room('chat:1').on('message', (data) => heard.push(data))
    await settle()
    const [first, second] = [1, 2].map((n) => JSON.stringify(server.room('chat:1').append('message', n, `m${n}`, undefined)))
    server.socket.onmessage!({ data: [first, '{"type":"event', 'null', '{"type":"joined","room":"chat:1"}', second].join('\n') })
    await settle()
    expect([heard, client.connection().status, server.sockets.length]).toEqual([[1, 2], 'connected', 1])
  })

  it('leaves out binary messages, which belong to a later version', async () => {
    const { client, server } = stage()
    const heard: unknown[] = []
    client.room('chat:1').on('message', (data) => heard.push(data))
    await settle()
    server.socket.onmessage!({ data: new ArrayBuffer(8) })
    server.send('chat:1', 'message', 1)
    await settle()
    expect([heard, client.connection().status, server.sockets.length]).toEqual([[1], 'connected', 1])
  })

  it('loses nothing in a burst', async () => {
    const { client, server } = stage()
    const heard: unknown[] = []
    client.room('chat:1').on('message', (data) => heard.push(data))
    await settle()
    for (let i = 0; i < 500; i++) server.send('chat:1', 'message', i)
    await settle()
    expect(heard).toEqual(Array.from({ length: 500 }, (_, i) => i))
  })

  it('gives all events to onEvents and each to its own listener', async () => {
    const { client, server } = stage()
    const room = client.room('chat:1')
    const all: unknown[] = []
    const edits: unknown[] = []
    room.onEvents((event, { offset }) => all.push([event.event, event.data, offset]))
    room.on('edited', (data) => edits.push(data))
    await settle()
    server.send('chat:1', 'message', 1)
    server.send('chat:1', 'edited', 2)
    await settle()
    expect([all, edits]).toEqual([[['message', 1, 1], ['edited', 2, 2]], [2]])
  })

  it('joins again from its position when a hole does not close', async () => {
    const { client, server, pass } = stage()
    const room = client.room('chat:1')
    const heard: unknown[] = []
    const statuses: string[] = []
    room.on('message', (data) => heard.push(data))
    await settle()
    room.subscribe(() => statuses.push(room.status()))
    server.send('chat:1', 'message', 1)
    server.missed('chat:1', 'message', 2)
    server.send('chat:1', 'message', 3)
    await settle()
    expect(heard).toEqual([1])
    await pass(250)
    expect([heard, statuses, server.sockets.length]).toEqual([[1, 2, 3], ['catching-up', 'live'], 1])
    expect(server.sent('join').at(-1)!.position).toMatch(/:1:tag00001$/)
  })

  it('surfaces a reset and goes on in the new life of the stream', async () => {
    const { client, server } = stage()
    const room = client.room('chat:1')
    const told: unknown[] = []
    room.on('message', (data) => told.push(data))
    room.onReset((reason) => told.push(['reset', reason]))
    await settle()
    server.send('chat:1', 'message', 1)
    server.reset('chat:1')
    server.send('chat:1', 'message', 2)
    await settle()
    expect(told).toEqual([1, ['reset', 'epoch'], 2])
  })

  it('surfaces a second join without a position: what lay between is unknown', async () => {
    const { client, server, pass } = stage()
    const room = client.room('chat:1')
    const resets: string[] = []
    room.onReset((reason) => resets.push(reason))
    for (const n of [1, 2]) server.missed('chat:1', 'message', n)
    client.retain('chat:1', { rewind: 2 })
    // The join is answered, its replay never arrives.
    server.room('chat:1').since = () => ({ replay: Object.assign([], { length: 2 }) })
    await settle()
    expect([room.position(), room.status()]).toEqual([null, 'joining'])
    Reflect.deleteProperty(server.room('chat:1'), 'since')
    server.drop()
    await pass(250)
    expect([resets, room.status()]).toEqual([['lost'], 'live'])
  })

  it('brings back what lies behind an older position, to onAny alone', async () => {
    const { client, server } = stage()
    const room = client.room('chat:1')
    for (const n of [1, 2]) server.missed('chat:1', 'message', n)
    const heard: unknown[] = []
    const all: unknown[] = []
    const resets: string[] = []
    room.on('message', (data) => heard.push(data))
    room.onAny(({ offset, again }) => all.push([offset, again]))
    room.onReset((reason) => resets.push(reason))
    await settle()
    server.send('chat:1', 'message', 3)
    await settle()
    room.rejoinFrom(server.room('chat:1').position.replace(/:3:.*$/, ':1:tag00001'))
    await settle()
    server.send('chat:1', 'message', 4)
    await settle()
    expect([heard, all, resets, room.status()]).toEqual([[3, 4], [[3, false], [2, true], [3, true], [4, false]], [], 'live'])
  })

  it('does not lose the others\' events when one listener throws', async () => {
    const { client, server } = stage()
    const thrown: unknown[] = []
    const later = globalThis.queueMicrotask
    vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((run) => later(() => {
      try {
        run()
      } catch (error) {
        thrown.push(error)
      }
    }))
    const room = client.room('chat:1')
    const heard: unknown[] = []
    room.on('message', () => { throw new Error('a mistake of the application') })
    room.on('message', (data) => heard.push(data))
    await settle()
    server.send('chat:1', 'message', 1)
    server.send('chat:1', 'message', 2)
    await settle()
    vi.restoreAllMocks()
    expect([heard, thrown]).toEqual([[1, 2], [new Error('a mistake of the application'), new Error('a mistake of the application')]])
  })

  it('says when live updates pause and resume', async () => {
    const { client, server, pass } = stage()
    const room = client.room('chat:1')
    client.retain('chat:1')
    client.retain('chat:2')
    await settle()
    server.socket.write({ type: 'live', on: false })
    await settle()
    expect([room.status(), client.room('chat:2').status(), room.recoverable()]).toEqual(['paused', 'paused', true])
    await pass(5_000)
    expect(room.recoverable()).toBe(false)
    server.socket.write({ type: 'live', on: true, room: 'chat:1' })
    await settle()
    expect([room.status(), client.room('chat:2').status(), room.recoverable()]).toEqual(['live', 'paused', true])
  })

  it('ignores what it does not know', async () => {
    const { client, server } = stage()
    client.retain('chat:1')
    await settle()
    server.socket.write({ type: 'later' } as never, { type: 'event', room: 'chat:9', event: 'message', data: 1, offset: 1, tag: 'x', id: 'x', at: 0 })
    await settle()
    expect(client.connection().status).toBe('connected')
  })
})
