import type { FastifyBaseLogger } from 'fastify'
import { RoomsUnavailableError } from '../errors.js'
import { bareError } from './bare-error.js'
import type { ChannelListener, Channels } from './channels.js'
import { ownConnection, type RedisClient, type RedisCluster } from './client.js'
import { hashSlot, SLOTS } from './hash-slot.js'
import { inTime } from '../in-time.js'
import { hasMoved, Subscriber } from './subscriber.js'

/** How often the masters are asked which slots they serve: a failover tells no subscriber. */
const LOOK_MS = 5_000
/** Pause before another look when something changed during one, or a slot has no master that answers. */
const SOON_MS = 250
const ANSWER_MS = 1_000
/** Sharded channels came with Redis 7. */
const SHARDED_SINCE = 7

/** A master and our subscriber to its channels. */
interface Shard {
  readonly address: string
  readonly subscriber: Subscriber
}

/**
 * The channels of a cluster: each is listened to on the master that serves its slot, over one connection per master.
 * ioredis' own sharded subscribers do not tell when a channel is live again, nor whether a connection is half open.
 */
export class ClusterChannels implements Channels {
  readonly #cluster: RedisCluster
  readonly #log: FastifyBaseLogger
  readonly #listeners = new Map<string, ChannelListener>()
  readonly #shards = new Map<string, Shard>()
  readonly #bySlot = new Map<number, Shard>()
  /** Where each channel is listened to. */
  readonly #homes = new Map<string, Shard>()
  /** Channels that are being subscribed to. */
  readonly #moving = new Set<string>()
  readonly #timer: NodeJS.Timeout
  /** Whether the last look found a master for every slot; else replicas are asked too, one may have become it. */
  #whole = true
  #looking = false
  #again = false
  #soon: NodeJS.Timeout | undefined
  #closed = false
  #opened: () => void = () => {}
  readonly opened = new Promise<void>((resolve) => { this.#opened = resolve })
  constructor(cluster: RedisCluster, log: FastifyBaseLogger) {
    this.#cluster = cluster
    this.#log = log
    for (const event of ['ready', '+node', '-node']) cluster.on(event, () => void this.#look())
    this.#timer = setInterval(() => void this.#look(), LOOK_MS).unref()
  }

  async subscribe(channel: string, listener: ChannelListener): Promise<void> {
    const shard = this.#bySlot.get(hashSlot(channel))
    if (shard === undefined) throw new RoomsUnavailableError()
    this.#listeners.set(channel, listener)
    this.#moving.add(channel)
    try {
      await shard.subscriber.subscribe(channel, listener)
      this.#homes.set(channel, shard)
    } catch (error) {
      this.#listeners.delete(channel)
      if (error instanceof Error && hasMoved(error.cause)) void this.#look()
      throw error
    } finally {
      this.#moving.delete(channel)
    }
  }

  unsubscribe(channel: string): void {
    if (!this.#listeners.delete(channel)) return
    this.#homes.get(channel)?.subscriber.unsubscribe(channel)
    this.#homes.delete(channel)
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
    clearTimeout(this.#soon)
    for (const { subscriber } of this.#shards.values()) subscriber.close()
    this.#listeners.clear()
  }

  /** Finds out who serves what, and moves channels after their slots. One at a time; what happens meanwhile asks for another. */
  async #look(): Promise<void> {
    this.#again = true
    if (this.#looking || this.#closed) return
    this.#looking = true
    this.#again = false
    this.#whole = await this.#survey(this.#whole ? 'master' : 'all')
    this.#looking = false
    if (this.#closed || (this.#whole && !this.#again)) return
    clearTimeout(this.#soon)
    this.#soon = setTimeout(() => void this.#look(), SOON_MS).unref()
  }

  /** Resolves with whether every slot has a master that answered. */
  async #survey(role: 'master' | 'all'): Promise<boolean> {
    const answers = await Promise.allSettled(this.#cluster.nodes(role).map(async (node) => ({ node, ...(await ask(node)) })))
    if (this.#closed) return true
    const masters = answers.flatMap((answer) => (answer.status === 'fulfilled' && answer.value.slots.length > 0 ? [answer.value] : []))
    const claimed = new Map<number, Shard>()
    // Where two claim a slot, the newer configuration is right.
    for (const { node, slots, sharded } of masters.sort((a, b) => a.configEpoch - b.configEpoch)) {
      const shard = this.#shard(node, sharded)
      for (const [first, last] of slots) for (let slot = first; slot <= last; slot++) claimed.set(slot, shard)
    }
    for (const [slot, shard] of claimed) this.#bySlot.set(slot, shard)
    for (const channel of this.#listeners.keys()) void this.#follow(channel)
    this.#dropIdle()
    if (claimed.size < SLOTS) return false
    void Promise.all([...this.#shards.values()].map(({ subscriber }) => subscriber.opened)).then(this.#opened)
    return true
  }

  #shard(node: RedisClient, sharded: boolean): Shard {
    const address = `${node.options.host}:${node.options.port}`
    let shard = this.#shards.get(address)
    if (shard === undefined) {
      shard = { address, subscriber: new Subscriber(ownConnection(node), { sharded, log: this.#log, moved: (channels) => this.#moved(channels) }) }
      this.#shards.set(address, shard)
    }
    return shard
  }

  #moved(channels: readonly string[]): void {
    for (const channel of channels) this.#homes.delete(channel)
    void this.#look()
  }

  /** Listens to a channel where its slot is now. What fails is tried again at the next look. */
  async #follow(channel: string): Promise<void> {
    const [listener, home, shard] = [this.#listeners.get(channel), this.#homes.get(channel), this.#bySlot.get(hashSlot(channel))]
    if (listener === undefined || shard === undefined || shard === home || this.#moving.has(channel)) return
    home?.subscriber.unsubscribe(channel)
    this.#homes.delete(channel)
    listener.away()
    this.#moving.add(channel)
    try {
      await shard.subscriber.subscribe(channel, listener)
      if (this.#listeners.has(channel)) {
        this.#homes.set(channel, shard)
        listener.back()
      } else shard.subscriber.unsubscribe(channel)
    } catch (error) {
      this.#log.debug({ err: bareError(error), channel }, 'redis cluster')
    } finally {
      this.#moving.delete(channel)
    }
  }

  /** Servers that serve no slot any more. */
  #dropIdle(): void {
    const serving = new Set([...this.#bySlot.values(), ...this.#homes.values()])
    for (const [address, shard] of this.#shards) {
      if (serving.has(shard)) continue
      shard.subscriber.close()
      this.#shards.delete(address)
    }
  }
}

interface Answer {
  readonly slots: readonly (readonly [first: number, last: number])[]
  readonly configEpoch: number
  readonly sharded: boolean
}

/** What a node says of itself: its address as others see it does not matter, the cluster's client knows the way. */
async function ask(node: RedisClient): Promise<Answer> {
  const [nodes, info] = await inTime(Promise.all([node.cluster('NODES'), node.info('server')]), ANSWER_MS, () => new RoomsUnavailableError())
  const [, , flags = '', , , , configEpoch, , ...ranges] = String(nodes).split('\n').find((line) => line.includes('myself'))?.split(' ') ?? []
  const slots = flags.includes('master') ? ranges.filter((range) => !range.startsWith('[')).map((range) => range.split('-').map(Number)) : []
  return { slots: slots.map(([first, last]) => [first!, last ?? first!]), configEpoch: Number(configEpoch), sharded: Number(/redis_version:(\d+)/.exec(String(info))?.[1] ?? 0) >= SHARDED_SINCE }
}
