// The peer: what most teams write. A set of sockets and a loop over it; each event is encoded once and sent to each.
import { once } from 'node:events'
import { WebSocketServer } from 'ws'
import { eventData } from '../event-data.mjs'
import { serveRounds } from '../tick-loop.mjs'

const [{ eventsPerTick }] = await once(process, 'message')

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
await once(server, 'listening')
let offset = 0

serveRounds(() => {
  for (let i = 0; i < eventsPerTick; i++) {
    offset++
    // The very object that a room's event is on the wire.
    const text = JSON.stringify({ type: 'event', room: 'chat:bench', event: 'message', data: eventData(offset), offset, tag: 'AAAAAAAA', id: `loop-${offset}`, at: Date.now() })
    for (const client of server.clients) client.send(text)
  }
})
process.send({ type: 'listening', port: server.address().port })
