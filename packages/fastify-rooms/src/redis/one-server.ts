import type { FastifyBaseLogger } from 'fastify'
import type { RedisClient } from './client.js'

/** Pause before a connection is led to the server of the other: where an address names several, it may take turns. */
const PAUSE_MS = 1_000

/**
 * Keeps the connections of a node on one server. A failover behind an address moves those that are made anew and
 * leaves the others where they were: a subscriber that stayed behind is alive and hears nothing.
 */
export class OneServer {
  readonly #log: FastifyBaseLogger
  /** Which server each connection reached, the newest last. */
  readonly #reached = new Map<RedisClient, string>()
  #timer: NodeJS.Timeout | undefined
  constructor(log: FastifyBaseLogger) {
    this.#log = log
  }

  /** To be called first of all: a connection that subscribes cannot be asked anything afterwards. */
  watch(connection: RedisClient): RedisClient {
    connection.on('ready', () => void this.#ask(connection))
    connection.on('close', () => this.#reached.delete(connection))
    return connection
  }

  /** A server that does not say who it is leaves nothing to compare. */
  async #ask(connection: RedisClient): Promise<void> {
    const [, id] = /run_id:(\w+)/.exec(String(await connection.info('server').catch(() => ''))) ?? []
    if (id === undefined || connection.status !== 'ready') return
    this.#reached.delete(connection)
    this.#reached.set(connection, id)
    if (this.#timer === undefined && this.#behind().length > 0) this.#timer = setTimeout(() => this.#lead(), PAUSE_MS).unref()
  }

  #lead(): void {
    this.#timer = undefined
    const behind = this.#behind()
    if (behind.length > 0) this.#log.warn('a redis connection stayed with another server than the newest one: reconnecting. If this goes on, one address leads to several servers')
    for (const connection of behind) connection.disconnect(true)
  }

  #behind(): RedisClient[] {
    const newest = [...this.#reached.values()].at(-1)
    return [...this.#reached].flatMap(([connection, id]) => (id === newest ? [] : [connection]))
  }
}
