import type { Transport } from 'react-rooms/client'
import { describe, expect, it } from 'vitest'
import { startClient, until } from './client.js'
import { EVENTS, everyEvent, record, send } from './delivery.js'
import { hasNginx } from '../../scripts/nginx.mjs'
import { startProxy } from './proxy.js'
import { startRedis } from './redis.js'
import { startServer } from './server.js'

const SPREAD = `proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; proxy_set_header Host $http_host;
  proxy_next_upstream off; proxy_read_timeout 60s;`

/** Two nodes on one Redis, and a proxy that sends each request to the next of them. */
async function startCluster() {
  const broker = await startRedis()
  const nodes = await Promise.all([0, 1].map(() => startServer({ broker: broker(), history: { size: 5_000 }, presence: { graceMs: 1_000 } })))
  return { nodes, url: await startProxy(nodes.map(({ url }) => url), SPREAD) }
}

describe.runIf(hasNginx)('two nodes, each request at another one', () => {
  it.each<{ transport: Transport, rooms: number }>([
    { transport: 'websocket', rooms: 3 },
    { transport: 'sse', rooms: 2 },
    { transport: 'poll', rooms: 3 },
  ])('$rooms rooms over $transport hear every event once and in order, and publish each once', async ({ transport, rooms }) => {
    const { nodes, url } = await startCluster()
    const client = startClient(url, 'ana', { transports: [transport], ackTimeoutMs: 300 })
    const witness = startClient(url, 'bo', { transports: ['websocket'] })
    const names = Array.from({ length: rooms }, (_, n) => `feed:${n}`)
    const records = names.map((name) => record(client, name))
    const seen = record(witness, 'feed:0')
    await until(() => [...records, seen].every(({ handle }) => handle.status() === 'live'), 'rooms are live')
    const acks: Promise<unknown>[] = []
    await send(nodes, names, (n) => {
      if (n % 10 === 5) acks.push(records[0]!.handle.publish('said' as never, n as never))
      if (n % 100 === 25) for (const node of nodes) node.cut()
    })
    await Promise.all(acks)
    await until(() => [...records, seen].every(({ heard }) => heard.length >= EVENTS) && [records[0]!, seen].every(({ said }) => said.length >= acks.length), 'everything is heard')
    for (const { heard, resets } of [...records, seen]) expect([heard, resets]).toEqual([everyEvent, []])
    expect(seen.said.toSorted((a, b) => a - b)).toEqual(acks.map((_, n) => n * 10 + 5))
    expect(records[0]!.said).toEqual(seen.said)
    if (transport === 'poll') for (const node of nodes) expect(node.requests.get('poll')).toBeGreaterThan(1)
  })
})
