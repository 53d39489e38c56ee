import type { Transport } from 'react-rooms/client'
import { describe, expect, it } from 'vitest'
import { startClient, until } from './client.js'
import { EVENTS, everyEvent, record, send } from './delivery.js'
import { type Route, startServer } from './server.js'

const options = { history: { size: 5_000 } }

describe.each<{ transport: Transport, rooms: number }>([
  { transport: 'websocket', rooms: 3 },
  { transport: 'sse', rooms: 1 },
  { transport: 'sse', rooms: 2 },
  { transport: 'poll', rooms: 1 },
  { transport: 'poll', rooms: 3 },
])('$rooms rooms over $transport', ({ transport, rooms }) => {
  const names = Array.from({ length: rooms }, (_, n) => `feed:${n}`)

  it('hear every event once and in order, through cut connections', async () => {
    const server = await startServer(options)
    const client = startClient(server.url, 'ana', { transports: [transport] })
    const records = names.map((name) => record(client, name))
    await until(() => records.every(({ handle }) => handle.status() === 'live'), 'rooms are live')
    expect(client.connection().transport).toBe(transport)
    await send([server], names, async (n) => {
      if (n % 50 !== 25) return
      server.cut()
      // Some events are sent while nobody is connected, some just as it comes back.
      if (n % 100 === 25) await until(() => client.connection().status === 'connected', 'connected again')
    })
    await until(() => records.every(({ heard }) => heard.length >= EVENTS), 'everything is heard')
    for (const { heard, resets } of records) expect([heard, resets]).toEqual([everyEvent, []])
  })

  it('publish in order, each once, through cut connections', async () => {
    const server = await startServer(options)
    const client = startClient(server.url, 'ana', { transports: [transport], ackTimeoutMs: 300 })
    const witness = startClient(server.url, 'bo', { transports: ['websocket'] })
    const { heard, resets } = record(witness, names[0]!)
    const own = record(client, names[0]!)
    for (const name of names.slice(1)) record(client, name)
    await until(() => own.handle.status() === 'live', 'the room is live')
    const acks: Promise<unknown>[] = []
    for (let n = 0; n < 90; n++) {
      acks.push(own.handle.publish('tick' as never, n as never))
      if (n % 30 === 15) server.cut()
      if (n % 15 === 0) await Promise.all(acks)
    }
    await Promise.all(acks)
    await until(() => heard.length >= 90 && own.heard.length >= 90, 'everything is heard')
    const sent = Array.from({ length: 90 }, (_, n) => n)
    expect([heard, resets]).toEqual([sent, []])
    expect(own.heard).toEqual(heard)
  })
})

it('a client whose way in changes at random loses, doubles and disorders nothing', async () => {
  const server = await startServer(options)
  const client = startClient(server.url, 'ana')
  const names = ['feed:0', 'feed:1', 'feed:2']
  const records = names.map((name) => record(client, name))
  const used = new Set<string>()
  const ways: Route[][] = [[], ['ws'], ['ws', 'sse'], ['ws'], [], ['ws', 'sse']]
  await until(() => records.every(({ handle }) => handle.status() === 'live'), 'rooms are live')
  let changes = 0
  await send([server], names, async (n) => {
    if (n % 40 !== 0) return
    server.blocked.clear()
    for (const way of ways[changes++ % ways.length]!) server.blocked.add(way)
    server.cut()
    // A third room moves the streams to polls, and with it gone they come back.
    if (changes % 2 === 0) await until(() => client.connection().status === 'connected', 'connected again')
    used.add(client.connection().transport ?? 'none')
  })
  await until(() => records.every(({ heard }) => heard.length >= EVENTS), 'everything is heard')
  for (const { heard, resets } of records) expect([heard, resets]).toEqual([everyEvent, []])
})
