import { parsePosition } from 'rooms-protocol'
import { onTestFinished } from 'vitest'
import { Publisher, Reader } from './load-clients.js'
import { CARRIERS, choose } from '../support/carriers.js'
import { type NodeProcess, startNodeProcess } from './node-process.js'
import { startRedis } from './redis-server.js'
import { startProxy, subscribers, type TcpProxy } from './tcp-proxy.js'
import { eventually } from '../support/eventually.js'

const ROOM = 'chat:load'
/** Publishers share the rate, so that none of them is the bottleneck. */
const PUBLISHERS = 4
const TICK_MS = 20

export interface LoadOptions {
  readonly seconds: number
  readonly clients: number
  readonly eventsPerSecond: number
  readonly historySize: number
}

export interface LoadReport {
  readonly acknowledged: number
  readonly delivered: number
  /** Acknowledged events that some client lacks. */
  readonly lost: number
  readonly duplicated: number
  readonly outOfOrder: number
  readonly resets: number
  /** How often a client went on over another transport than before. */
  readonly switches: number
  readonly cuts: { readonly clients: number; readonly subscribers: number; readonly nodes: number }
  /** Publishes whose first answer was lost and whose retry found them done. */
  readonly retried: number
  /** How soon the clients of the killed node were back, 95 of 100. */
  readonly backMs: number
}

interface Node {
  readonly process: NodeProcess
  readonly proxy: TcpProxy
}

/** Two nodes under load while connections break and one of them dies; everything in processes of its own but the clients. */
export async function runLoad({ seconds, clients, eventsPerSecond, historySize }: LoadOptions): Promise<LoadReport> {
  const redis = await startRedis()
  const startNode = async (): Promise<Node> => {
    const proxy = await startProxy(redis.port)
    const process = await startNodeProcess(proxy.port, historySize)
    onTestFinished(() => process.kill())
    return { process, proxy }
  }
  const nodes = [await startNode(), await startNode()]
  let next = 0
  const anyNode = (): string => nodes[next++ % nodes.length]!.process.url
  const ids: string[] = []
  const readers = Array.from({ length: clients }, (_, i) => new Reader(ROOM, `reader-${i}`, anyNode, ids, choose(CARRIERS[i % CARRIERS.length]!, i)))
  const switchers = readers.filter((_, i) => CARRIERS[i % CARRIERS.length] === 'any transport')
  const publishers = Array.from({ length: PUBLISHERS }, (_, i) => new Publisher(ROOM, `publisher-${i}`, anyNode))
  const all = [...readers, ...publishers]
  onTestFinished(() => { for (const client of all) client.close() })
  for (const client of all) client.connect()
  await eventually(() => { if (readers.some(({ offset }) => offset < 0)) throw new Error('not all readers joined') })

  const cuts = { clients: 0, subscribers: 0, nodes: 0 }
  const backFrom: Reader[] = []
  let owed = 0
  const ticks = Math.round((seconds * 1_000) / TICK_MS)
  await new Promise<void>((resolve, reject) => {
    let tick = 0
    const killAt = Math.round(ticks / 2)
    const killNode = async (): Promise<void> => {
      const [dying] = nodes.splice(1, 1)
      backFrom.push(...readers.filter(({ url }) => url === dying!.process.url))
      await dying!.process.kill()
      cuts.nodes++
      nodes.push(await startNode())
    }
    const timer = setInterval(() => {
      owed += (eventsPerSecond * TICK_MS) / 1_000
      const each = Math.floor(owed / PUBLISHERS)
      owed -= each * PUBLISHERS
      for (const publisher of publishers) publisher.publish(each)
      if (Math.random() < TICK_MS / 400) {
        all[Math.floor(Math.random() * all.length)]!.cut()
        cuts.clients++
      }
      if (Math.random() < TICK_MS / 100) switchers[Math.floor(Math.random() * switchers.length)]!.cut()
      if (Math.random() < TICK_MS / 1_200) {
        nodes[Math.floor(Math.random() * nodes.length)]!.proxy.cut(subscribers)
        cuts.subscribers++
      }
      if (++tick === killAt) killNode().catch(reject)
      if (tick < ticks) return
      clearInterval(timer)
      resolve()
    }, TICK_MS)
  })
  await eventually(() => { if (publishers.some(({ unanswered }) => unanswered > 0)) throw new Error('not every publish was answered') })
  const acknowledged = publishers.flatMap((publisher) => [...publisher.acknowledged])
  const offsets = acknowledged.map(([, position]) => parsePosition(position)!.offset)
  const last = offsets.reduce((most, offset) => Math.max(most, offset), 0)
  await eventually(() => { if (readers.some(({ offset }) => offset < last)) throw new Error(`not every reader came to ${last}: ${readers.map(({ offset }) => offset).join(' ')}`) })

  const sum = (count: (reader: Reader) => number): number => readers.reduce((total, reader) => total + count(reader), 0)
  // An offset nobody saw is a hole in the list, and not among its values.
  const seen = Object.values(ids)
  const back = backFrom.map(({ absences }) => Math.max(0, ...absences)).sort((a, b) => a - b)
  return {
    acknowledged: acknowledged.length,
    delivered: sum(({ applied }) => applied),
    lost: sum(({ missing }) => missing) + acknowledged.filter(([id, position]) => ids[parsePosition(position)!.offset] !== id).length,
    duplicated: sum(({ repeated }) => repeated) + seen.length - new Set(seen).size,
    outOfOrder: sum(({ different }) => different),
    resets: sum(({ resets }) => resets),
    switches: sum(({ switches }) => switches),
    cuts,
    retried: publishers.reduce((total, { duplicates }) => total + duplicates, 0),
    backMs: Math.round(back[Math.floor(back.length * 0.95)] ?? 0),
  }
}
