import type { FastifyBaseLogger } from 'fastify'
import { RoomsUnavailableError } from '../errors.js'
import { isCluster, type RedisClient, type RedisCluster } from './client.js'

/** How often the connection is asked for a sign of life: a half-open one would stay `ready` for ever. */
const PING_MS = 2_000
const SUBSCRIBE_MS = 1_000
/** Channels named in one SUBSCRIBE after a reconnect. */
const CHANNELS_AT_ONCE = 500

export interface ChannelListener {
  message(text: string): void
  away(): void
  back(): void
}

/** One connection that listens to the channels of all rooms this node holds. */
export class Subscriber {
  readonly #client: RedisClient | RedisCluster
  readonly #sharded: boolean
  readonly #log: FastifyBaseLogger
  readonly #channels = new Map<string, ChannelListener>()
  readonly #pinger: NodeJS.Timeout
  #state: 'live' | 'away' | 'closed' = 'away'
  constructor(client: RedisClient | RedisCluster, sharded: boolean, log: FastifyBaseLogger) {
    this.#client = client
    this.#sharded = sharded
    this.#log = log
    client.on(sharded ? 'smessage' : 'message', (channel: string, text: string) => this.#channels.get(channel)?.message(text))
    client.on('ready', () => void this.#resubscribe())
    client.on('close', () => this.#away())
    client.on('error', (error: Error) => log.debug({ err: error }, 'redis subscriber'))
    this.#pinger = setInterval(() => void this.#ping(), PING_MS).unref()
    if (client.status === 'ready') this.#state = 'live'
  }

  /** Resolves when Redis has confirmed; rejects with `FST_ROOMS_UNAVAILABLE`. */
  async subscribe(channel: string, listener: ChannelListener): Promise<void> {
    this.#channels.set(channel, listener)
    try {
      if (this.#state !== 'live') throw new RoomsUnavailableError()
      await this.#confirmed([channel])
    } catch (error) {
      this.#channels.delete(channel)
      throw error instanceof RoomsUnavailableError ? error : new RoomsUnavailableError({ cause: error })
    }
  }

  unsubscribe(channel: string): void {
    if (!this.#channels.delete(channel) || this.#state !== 'live') return
    const client = this.#client
    const done = this.#sharded && isCluster(client) ? client.sunsubscribe(channel) : client.unsubscribe(channel)
    done.catch((error: unknown) => this.#log.debug({ err: error }, 'redis unsubscribe'))
  }

  close(): void {
    this.#state = 'closed'
    clearInterval(this.#pinger)
    this.#channels.clear()
    this.#client.disconnect()
  }

  /** Our own, because ioredis' automatic one is fire and forget: a refused SUBSCRIBE would be an unhandledRejection. */
  async #resubscribe(): Promise<void> {
    const channels = [...this.#channels.keys()]
    try {
      for (let i = 0; i < channels.length; i += CHANNELS_AT_ONCE) await this.#confirmed(channels.slice(i, i + CHANNELS_AT_ONCE))
    } catch (error) {
      this.#log.warn({ err: error }, 'redis resubscribe failed: reconnecting')
      if (this.#state !== 'closed') this.#client.disconnect(true)
      return
    }
    if (this.#state === 'closed') return
    this.#state = 'live'
    for (const channel of channels) this.#channels.get(channel)?.back()
  }

  #away(): void {
    if (this.#state !== 'live') return
    this.#state = 'away'
    for (const listener of this.#channels.values()) listener.away()
  }

  async #ping(): Promise<void> {
    // A cluster's ping would go to any node; there the idle check of each room finds what was missed.
    if (this.#state !== 'live' || isCluster(this.#client)) return
    try {
      await inTime(this.#client.ping(), PING_MS)
    } catch {
      if (this.#state !== 'live') return
      this.#log.warn('redis subscriber does not answer: reconnecting')
      this.#client.disconnect(true)
    }
  }

  async #confirmed(channels: readonly string[]): Promise<void> {
    const client = this.#client
    if (!this.#sharded || !isCluster(client)) await inTime(client.subscribe(...channels), SUBSCRIBE_MS)
    // Channels of one sharded SUBSCRIBE must share a slot.
    else await inTime(Promise.all(channels.map((channel) => client.ssubscribe(channel))), SUBSCRIBE_MS)
  }
}

async function inTime(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => { timer = setTimeout(() => reject(new RoomsUnavailableError()), ms) })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    work.catch(() => {})
  }
}
