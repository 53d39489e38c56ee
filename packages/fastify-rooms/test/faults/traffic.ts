import { parsePosition } from 'rooms-protocol'
import { onTestFinished } from 'vitest'
import { CARRIERS, choose } from '../support/carriers.js'
import { eventually } from '../support/eventually.js'
import { Publisher, Reader } from './load-clients.js'
import { type NodeProcess, startNodeProcess } from './node-process.js'
import { type RedisServer, startRedis } from './redis-server.js'
import { startProxy, type TcpProxy } from './tcp-proxy.js'

const ROOM = 'chat:load'
/** Publishers share the rate, so that none of them is the bottleneck. */
const PUBLISHERS = 4
const TICK_MS = 20

export interface TrafficOptions {
  readonly readers: number
  readonly historySize: number
  /** Publishers stay on the first node and readers on the second; otherwise all connect to any. */
  readonly apart?: boolean
}

/** What became of what was published. */
export interface Outcome {
  readonly acknowledged: number
  readonly delivered: number
  /** Acknowledged events that some client lacks. */
  readonly lost: number
  readonly duplicated: number
  readonly outOfOrder: number
  readonly resets: number
  /** Publishes that were answered by an error, and sent again with their id. */
  readonly refused: number
  /** Publishes whose first answer was lost and whose retry found them done. */
  readonly retried: number
}

export interface TrafficNode {
  readonly process: NodeProcess
  /** Between the node and Redis. */
  readonly proxy: TcpProxy
}

/** Two nodes in processes of their own, and one room whose members publish steadily and read over every transport; it ends with the test. */
export class Traffic {
  readonly redis: RedisServer
  readonly nodes: TrafficNode[] = []
  readonly readers: readonly Reader[]
  readonly publishers: readonly Publisher[]
  readonly #historySize: number
  /** What all readers saw at each offset. */
  readonly #ids: string[] = []
  #turn = 0
  private constructor(redis: RedisServer, { readers, historySize, apart = false }: TrafficOptions) {
    this.redis = redis
    this.#historySize = historySize
    const at = (node: number) => (): string => this.nodes[apart ? node : this.#turn++ % this.nodes.length]!.process.url
    this.readers = Array.from({ length: readers }, (_, i) => new Reader(ROOM, `reader-${i}`, at(1), this.#ids, choose(CARRIERS[i % CARRIERS.length]!, i)))
    this.publishers = Array.from({ length: PUBLISHERS }, (_, i) => new Publisher(ROOM, `publisher-${i}`, at(0)))
  }

  /** Resolves when all readers have joined. */
  static async start(options: TrafficOptions): Promise<Traffic> {
    const traffic = new Traffic(await startRedis(), options)
    const { clients, readers } = traffic
    for (let n = 0; n < 2; n++) await traffic.addNode()
    onTestFinished(() => { for (const client of clients) client.close() })
    for (const client of clients) client.connect()
    await eventually(() => { if (readers.some(({ offset }) => offset < 0)) throw new Error('not all readers joined') })
    return traffic
  }

  get clients(): readonly (Reader | Publisher)[] { return [...this.readers, ...this.publishers] }

  async addNode(): Promise<void> {
    const proxy = await startProxy(this.redis.port)
    const process = await startNodeProcess(proxy.port, this.#historySize)
    onTestFinished(() => process.kill())
    this.nodes.push({ process, proxy })
  }

  /** Publishes for a while; `each` runs with the number of each step, of `STEPS_PER_SECOND` a second. Resolves with the events a second that came about. */
  async flow({ seconds, eventsPerSecond, each = () => {} }: { readonly seconds: number; readonly eventsPerSecond: number; readonly each?: (step: number) => void }): Promise<number> {
    const [steps, began] = [seconds * STEPS_PER_SECOND, performance.now()]
    let step = 0
    let owed = 0
    let made = 0
    await new Promise<void>((resolve, reject) => {
      const timer = setInterval(() => {
        owed += eventsPerSecond / STEPS_PER_SECOND
        const share = Math.floor(owed / PUBLISHERS)
        owed -= share * PUBLISHERS
        made += share * PUBLISHERS
        try {
          for (const publisher of this.publishers) publisher.publish(share)
          each(++step)
        } catch (error) {
          clearInterval(timer)
          reject(error as Error)
        }
        if (step < steps) return
        clearInterval(timer)
        resolve()
      }, TICK_MS)
    })
    return (made * 1_000) / (performance.now() - began)
  }

  /** Resolves once every publish was answered and every reader has come to the last. */
  async settled(): Promise<Outcome> {
    const { readers, publishers } = this
    await eventually(() => { if (publishers.some(({ unanswered }) => unanswered > 0)) throw new Error('not every publish was answered') })
    const acknowledged = publishers.flatMap((publisher) => [...publisher.acknowledged].map(([id, position]) => ({ id, offset: parsePosition(position)!.offset })))
    const last = acknowledged.reduce((most, { offset }) => Math.max(most, offset), 0)
    await eventually(() => { if (readers.some(({ offset }) => offset < last)) throw new Error(`not every reader came to ${last}: ${readers.map(({ offset }) => offset).join(' ')}`) })
    // An offset nobody saw is a hole in the list, and not among its values.
    const seen = Object.values(this.#ids)
    return {
      acknowledged: acknowledged.length,
      delivered: sum(readers, ({ applied }) => applied),
      lost: sum(readers, ({ missing }) => missing) + acknowledged.filter(({ id, offset }) => this.#ids[offset] !== id).length,
      duplicated: sum(readers, ({ repeated }) => repeated) + seen.length - new Set(seen).size,
      outOfOrder: sum(readers, ({ different }) => different),
      resets: sum(readers, ({ resets }) => resets),
      refused: sum(publishers, ({ refused }) => refused),
      retried: sum(publishers, ({ duplicates }) => duplicates),
    }
  }
}

export const STEPS_PER_SECOND = 1_000 / TICK_MS

function sum<T>(all: readonly T[], count: (one: T) => number): number {
  return all.reduce((total, one) => total + count(one), 0)
}
