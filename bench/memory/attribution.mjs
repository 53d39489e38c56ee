import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readHeap } from './heap-snapshot.mjs'

/** Which part of a server an object belongs to, by its class; what has no class of these belongs to what holds it. */
const PARTS = {
  'TCP socket (Node)': ['Socket', 'ReadableState', 'WritableState', 'TCP', 'Node / TCPSocketWrap', 'Node / TCPWRAP'],
  'the upgrade\'s HTTP request (Node)': ['IncomingMessage', 'HTTPParser', 'ServerResponse'],
  'WebSocket (ws)': ['WebSocket', 'Receiver', 'Sender'],
  'Fastify\'s request and reply': ['Request', '_Request', 'Reply', '_Reply', 'Context'],
  'connection (ours)': ['Connection', 'WebSocketWire', 'Inbound', 'Outbox', 'MessageRate', 'BadMessages', 'Window', 'Connections'],
  'membership and room (ours)': ['Memberships', 'Membership', 'Room', 'RoomStream', 'RoomPresence', 'Registry', 'Recall', 'EntryRing', 'RoomTyping'],
  'presence leases (memory broker)': ['MemoryPresence', 'MemoryBroker', 'MemoryStream'],
  'socket and client (socket.io)': ['Client', 'Socket2', 'Namespace', 'InMemoryAdapter', 'Adapter'],
}
const partOf = new Map(Object.entries(PARTS).flatMap(([part, classes]) => classes.map((name) => [name, part])))
const REST = 'everything else'

/** Heap bytes by part. */
export function bytesByPart(path) {
  const heap = readHeap(path)
  const known = Array.from({ length: heap.count })
  const bytes = {}
  const part = (node) => {
    const trail = []
    let at = node
    while (known[at] === undefined) {
      const own = partOf.get(heap.className(at))
      if (own !== undefined || at === 0 || heap.dominator[at] === -1) known[at] = own ?? REST
      else {
        trail.push(at)
        at = heap.dominator[at]
      }
    }
    for (const below of trail) known[below] = known[at]
    return known[at]
  }
  for (let node = 0; node < heap.count; node++) {
    const to = part(node)
    bytes[to] = (bytes[to] ?? 0) + heap.bytes(node)
  }
  return bytes
}

/**
 * What each of `connections` more connections added to the heap, by part, in KiB.
 *
 * @param {(path: string) => Promise<void>} write writes a snapshot of the server
 * @param {() => Promise<unknown>} come lets them come
 */
export async function attribute(write, come, connections) {
  const folder = mkdtempSync(join(tmpdir(), 'rooms-bench-heap-'))
  try {
    const [before, after] = ['before', 'after'].map((name) => join(folder, `${name}.heapsnapshot`))
    await write(before)
    await come()
    await write(after)
    const [less, more] = [bytesByPart(before), bytesByPart(after)]
    return Object.fromEntries([...Object.keys(PARTS), REST].map((part) => [part, ((more[part] ?? 0) - (less[part] ?? 0)) / connections / 1_024]))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
