import { parsePosition } from 'rooms-protocol'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startRedis } from '../faults/redis-server.js'
import { Publisher, Reader } from '../faults/load-clients.js'
import { randomFrom } from '../fuzz/wild-frames.js'
import { CARRIERS, choose } from '../support/carriers.js'
import { pass } from './pass.js'
import { type Cluster, FAULTS, heard } from './random-faults.js'
import { SoakedNode } from './soaked-node.js'

const MINUTES = Number(process.env['ROOMS_SOAK_MINUTES'] ?? 30)
const SEED = Number(process.env['ROOMS_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const ROOMS = 10
/** With one publisher a room, 200 clients. */
const READERS = 190
const EVENTS_PER_SECOND = 5
/** Two minutes of absence; full after the warm-up, so that memory has reached its size. */
const HISTORY = 600
const WARM_UP_MS = Math.min(120_000, MINUTES * 20_000)
const PRESENCE_MS = 45_000
/** Readers that leave for good with the last fault, most of them without a FIN. */
const LEAVING = 20
const HEAP_SAMPLES = 8
const MIB = 2 ** 20

interface SoakRoom {
  readonly name: string
  /** What all its readers saw at each offset. */
  readonly ids: string[]
  readonly readers: Reader[]
  readonly publisher: Publisher
}

test(`${MINUTES} minutes of random faults on three nodes with 200 clients: nothing acknowledged is lost, twice or out of order, presence is the truth, memory stays (seed ${SEED})`, async () => {
  const random = randomFrom(SEED)
  const redis = await startRedis()
  const startNode = (): Promise<SoakedNode> => SoakedNode.start(redis.port, HISTORY)
  const nodes = [await startNode(), await startNode(), await startNode()]
  let turn = 0
  const anyNode = (): string => nodes[turn++ % nodes.length]!.url
  const rooms: SoakRoom[] = Array.from({ length: ROOMS }, (_, r) => {
    const [name, ids] = [`chat:${r}`, [] as string[]]
    const readers = Array.from({ length: READERS / ROOMS }, (_, i) => new Reader(name, `reader-${r}-${i}`, anyNode, ids, choose(CARRIERS[i % CARRIERS.length]!, SEED + i)))
    return { name, ids, readers, publisher: new Publisher(name, `publisher-${r}`, anyNode) }
  })
  const readers = rooms.flatMap((room) => room.readers)
  const clients = [...readers, ...rooms.map(({ publisher }) => publisher)]
  for (const client of clients) client.connect()
  const flow = setInterval(() => { for (const { publisher } of rooms) publisher.publish(1) }, 1_000 / EVENTS_PER_SECOND)
  onTestFinished(() => {
    clearInterval(flow)
    for (const client of clients) client.close()
  })
  await vi.waitFor(() => expect(readers.filter(({ offset }) => offset < 0)).toHaveLength(0), { timeout: 30_000 })

  const cluster: Cluster = { redis, nodes, startNode, cutClient: () => clients[Math.floor(random() * clients.length)]!.cut() }
  const happened = Object.fromEntries(Object.keys(FAULTS).map((name) => [name, 0]))
  const began = performance.now()
  const until = began + MINUTES * 60_000
  /** After the warm-up and then at equal times, the last one at the end. */
  const heaps: number[] = []
  let round: string[] = []
  while (performance.now() < until || heaps.length === 0) {
    if (round.length === 0) round = shuffled(Object.keys(FAULTS), random)
    const name = round.pop()!
    await FAULTS[name]!(cluster, random)
    happened[name]!++
    await pass(500 + random() * 2_500)
    if (performance.now() - began > WARM_UP_MS + (heaps.length * MINUTES * 60_000) / HEAP_SAMPLES) heaps.push(await nodes[0]!.heapBytes())
  }
  const lastFault = performance.now()
  // Everybody is lost without a FIN, and comes back but for those who leave; what is published now is heard by who did.
  for (const { front } of nodes) front.lose(heard)
  for (const { publisher } of rooms) publisher.publish(1)
  const leaving = shuffled(readers, random).slice(0, LEAVING)
  for (const reader of leaving) reader.close()
  const staying = readers.filter((reader) => !leaving.includes(reader))

  clearInterval(flow)
  await vi.waitFor(() => expect(rooms.filter(({ publisher }) => publisher.unanswered > 0)).toHaveLength(0), { timeout: 30_000 })
  const lastOf = ({ publisher }: SoakRoom): number => Math.max(...offsetsOf(publisher).map(([, offset]) => offset))
  await vi.waitFor(() => expect(rooms.flatMap((room) => room.readers.filter((reader) => staying.includes(reader) && (reader.offset < lastOf(room) || reader.brokeAt > 0 || reader.isPaused)).map(({ user }) => user))).toEqual([]), { timeout: 30_000 })
  const liveMs = performance.now() - lastFault
  const truth = rooms.map((room) => [...room.readers.filter((reader) => staying.includes(reader)), room.publisher].map(({ user }) => user).sort())
  await vi.waitFor(async () => { for (const node of nodes) expect(await Promise.all(rooms.map(async ({ name }) => (await node.members(name)).sort()))).toEqual(truth) }, { timeout: PRESENCE_MS - (performance.now() - lastFault), interval: 500 })
  const presenceMs = performance.now() - lastFault
  heaps.push(await nodes[0]!.heapBytes())
  const [heapBefore, heapAfter] = [heaps[0]!, heaps.at(-1)!]

  const sum = (count: (reader: Reader) => number): number => readers.reduce((total, reader) => total + count(reader), 0)
  const acknowledged = rooms.flatMap((room) => offsetsOf(room.publisher).map(([id, offset]) => ({ id, seen: room.ids[offset] })))
  const absences = clients.flatMap((client) => client.absences).sort((a, b) => a - b)
  const report = {
    acknowledged: acknowledged.length,
    delivered: sum(({ applied }) => applied),
    lost: sum(({ missing }) => missing) + acknowledged.filter(({ id, seen }) => seen !== id).length,
    duplicated: sum(({ repeated }) => repeated) + rooms.reduce((total, { ids }) => total + Object.values(ids).length - new Set(Object.values(ids)).size, 0),
    reordered: sum(({ different }) => different),
    resets: sum(({ resets }) => resets),
    retried: rooms.reduce((total, { publisher }) => total + publisher.duplicates, 0),
  }
  process.stdout.write(
    `soak of ${MINUTES} min, seed ${SEED}: ${JSON.stringify(report)}; faults ${JSON.stringify(happened)}; ${absences.length} absences, p95 ${Math.round(absences[Math.floor(absences.length * 0.95)] ?? 0)} ms; ` +
    `all live ${Math.round(liveMs)} ms and presence true ${Math.round(presenceMs)} ms after the last fault; heap from after the warm-up to the end ${heaps.map((bytes) => (bytes / MIB).toFixed(1)).join(', ')} MiB\n`,
  )
  expect(report).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, resets: 0 })
  expect(report.acknowledged).toBeGreaterThan(ROOMS * EVENTS_PER_SECOND * MINUTES * 60 * 0.5)
  for (const node of nodes) expect(await node.faults()).toEqual([])
  // A run of less than five minutes ends before every history has grown to its size: there the figure is printed, not judged.
  if (MINUTES >= 5) expect(heapAfter).toBeLessThan(heapBefore * 1.1)
}, MINUTES * 60_000 + 240_000)

/** Each acknowledged id with its offset. */
function offsetsOf(publisher: Publisher): [id: string, offset: number][] {
  return [...publisher.acknowledged].map(([id, position]) => [id, parsePosition(position)!.offset])
}

function shuffled<T>(all: readonly T[], random: () => number): T[] {
  const mixed = [...all]
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    ;[mixed[at], mixed[other]] = [mixed[other]!, mixed[at]!]
  }
  return mixed
}
