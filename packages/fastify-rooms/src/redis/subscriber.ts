import type { FastifyBaseLogger } from 'fastify'
import { RoomsUnavailableError } from '../errors.js'
import { bareError } from './bare-error.js'
import type { ChannelListener, Channels } from './channels.js'
import type { RedisClient } from './client.js'
import { inTime } from '../in-time.js'
import { Liveness } from './liveness.js'

const SUBSCRIBE_MS = 800
/** Pause before channels that Redis refused are asked for again. */
const REFUSED_MS = 1_000
/** Channels named in one SUBSCRIBE after a reconnect. */
const CHANNELS_AT_ONCE = 500

/** How one connection subscribes. */
export interface SubscriberOptions {
  /** By SSUBSCRIBE: the channels of one shard of a cluster. */
  readonly sharded: boolean
  readonly log: FastifyBaseLogger
  /** Told when a cluster says that a channel is no longer here. */
  moved?(channels: readonly string[]): void
}

/** One connection that listens to the channels of rooms, and nothing else. */
export class Subscriber implements Channels {
  readonly #client: RedisClient
  readonly #options: SubscriberOptions
  readonly #channels = new Map<string, ChannelListener>()
  readonly #liveness: Liveness
  #state: 'live' | 'away' | 'closed' = 'away'
  /** Counts connections: what was asked of an earlier one does not count. */
  #session = 0
  /** Signs of a moved slot that no refused command explains. */
  #movedSigns = 0
  #retry: NodeJS.Timeout | undefined
  #opened: () => void = () => {}
  /** Resolves when it is live for the first time. */
  readonly opened = new Promise<void>((resolve) => { this.#opened = resolve })
  constructor(client: RedisClient, options: SubscriberOptions) {
    this.#client = client
    this.#options = options
    client.on(options.sharded ? 'smessage' : 'message', (channel, text) => this.#channels.get(String(channel))?.message(String(text)))
    client.on('ready', () => void this.#resubscribe())
    client.on('close', () => this.#away())
    client.on('moved', () => this.#signOfMove())
    client.on('error', (error) => options.log.debug({ err: bareError(error) }, 'redis subscriber'))
    this.#liveness = new Liveness(() => [client], () => this.#replace())
    client.connect().catch((error: unknown) => options.log.debug({ err: bareError(error) }, 'redis subscriber'))
  }

  async subscribe(channel: string, listener: ChannelListener): Promise<void> {
    if (this.#state !== 'live') throw new RoomsUnavailableError()
    this.#channels.set(channel, listener)
    const confirmed = this.#ask([channel])
    try {
      await inTime(confirmed, SUBSCRIBE_MS, () => new RoomsUnavailableError())
    } catch (error) {
      this.#channels.delete(channel)
      // A late confirmation would leave a subscription that nobody ends.
      confirmed.then(() => this.#forget([channel]), () => {})
      throw error instanceof RoomsUnavailableError ? error : new RoomsUnavailableError({ cause: bareError(error) })
    }
  }

  unsubscribe(channel: string): void {
    if (this.#channels.delete(channel) && this.#state === 'live') this.#forget([channel])
  }

  close(): void {
    this.#state = 'closed'
    clearTimeout(this.#retry)
    this.#liveness.close()
    this.#channels.clear()
    this.#client.disconnect()
  }

  /** Our own, because ioredis' automatic one is fire and forget: a refused SUBSCRIBE would be an unhandledRejection. */
  async #resubscribe(): Promise<void> {
    const session = ++this.#session
    const channels = [...this.#channels.keys()]
    try {
      for (let i = 0; i < channels.length; i += CHANNELS_AT_ONCE) await inTime(this.#askAgain(channels.slice(i, i + CHANNELS_AT_ONCE)), SUBSCRIBE_MS, () => new RoomsUnavailableError())
    } catch (error) {
      if (session === this.#session && this.#state !== 'closed') this.#failed(error)
      return
    }
    if (session !== this.#session || this.#state === 'closed') return
    this.#state = 'live'
    this.#opened()
    this.#forget(channels)
    for (const channel of channels) this.#channels.get(channel)?.back()
  }

  #failed(error: unknown): void {
    this.#options.log.warn({ err: bareError(error) }, 'redis refused to subscribe: live updates are paused, trying again')
    if (error instanceof RoomsUnavailableError) return this.#client.disconnect(true)
    this.#retry = setTimeout(() => { if (this.#client.status === 'ready') void this.#resubscribe() }, REFUSED_MS).unref()
  }

  #replace(): void {
    if (this.#state === 'closed') return
    this.#options.log.warn('redis subscriber does not answer or was sent elsewhere: reconnecting')
    this.#away()
    this.#client.disconnect(true)
  }

  /** ioredis says so for a refused SSUBSCRIBE, and when a shard ends subscriptions because their slot has left it: then all are asked for anew. */
  #signOfMove(): void {
    this.#movedSigns++
    setImmediate(() => {
      if (this.#movedSigns > 0) this.#replace()
      this.#movedSigns = 0
    })
  }

  #away(): void {
    this.#session++
    clearTimeout(this.#retry)
    if (this.#state !== 'live') return
    this.#state = 'away'
    for (const listener of this.#channels.values()) listener.away()
  }

  async #ask(channels: readonly string[]): Promise<unknown> {
    // The channels of one SSUBSCRIBE would have to share a slot.
    return this.#options.sharded ? Promise.all(channels.map((channel) => this.#askShard(channel))) : this.#client.subscribe(...channels)
  }

  async #askShard(channel: string): Promise<void> {
    try {
      await this.#client.ssubscribe(channel)
    } catch (error) {
      if (hasMoved(error)) this.#movedSigns--
      throw error
    }
  }

  /** Channels that moved to another shard are handed back; they do not keep the others waiting. */
  async #askAgain(channels: readonly string[]): Promise<void> {
    if (!this.#options.sharded) return void (await this.#ask(channels))
    const moved: string[] = []
    await Promise.all(channels.map((channel) => this.#askShard(channel).catch((error: unknown) => {
      if (!hasMoved(error)) throw error
      moved.push(channel)
    })))
    for (const channel of moved) this.#channels.delete(channel)
    if (moved.length > 0) this.#options.moved?.(moved)
  }

  /** Ends subscriptions of channels that nobody listens to any more. */
  #forget(channels: readonly string[]): void {
    const unheard = channels.filter((channel) => !this.#channels.has(channel))
    if (unheard.length === 0 || this.#client.status !== 'ready') return
    const done = this.#options.sharded ? Promise.all(unheard.map((channel) => this.#client.sunsubscribe(channel))) : this.#client.unsubscribe(...unheard)
    done.catch((error: unknown) => this.#options.log.debug({ err: bareError(error) }, 'redis unsubscribe'))
  }
}

/** The cluster sent us to another shard. */
export function hasMoved(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('MOVED ')
}
