import { RoomsUnavailableError } from '../errors.js'
import type { RedisClient } from './client.js'
import { inTime } from '../in-time.js'

/** How often a connection is asked for a sign of life, and how long the answer may take: a half-open one would stay `ready` for ever. */
const PING_MS = 2_000
/** Looks at a connection that is still connecting before it is given up: a server that accepts and stays silent has no deadline of its own. */
const CONNECTING_LOOKS = 1

/** Finds connections that are open and carry nothing. */
export class Liveness {
  readonly #dead: (client: RedisClient) => void
  readonly #timer: NodeJS.Timeout
  readonly #asked = new WeakSet<RedisClient>()
  readonly #connecting = new WeakMap<RedisClient, number>()
  /** @param dead is told of each connection that must be replaced. */
  constructor(connections: () => Iterable<RedisClient>, dead: (client: RedisClient) => void) {
    this.#dead = dead
    this.#timer = setInterval(() => { for (const client of connections()) this.#look(client) }, PING_MS).unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #look(client: RedisClient): void {
    if (client.status === 'connecting' || client.status === 'connect') return this.#lookAtConnecting(client)
    this.#connecting.delete(client)
    if (client.status === 'ready' && !this.#asked.has(client)) void this.#ask(client)
  }

  #lookAtConnecting(client: RedisClient): void {
    const looks = (this.#connecting.get(client) ?? 0) + 1
    this.#connecting.set(client, looks % (CONNECTING_LOOKS + 1))
    if (looks > CONNECTING_LOOKS) this.#dead(client)
  }

  async #ask(client: RedisClient): Promise<void> {
    this.#asked.add(client)
    let silent = false
    // An error is an answer, or says that the connection is closed already.
    await inTime(client.ping(), PING_MS, () => {
      silent = true
      return new RoomsUnavailableError()
    }).catch(() => {})
    this.#asked.delete(client)
    if (silent && client.status === 'ready') this.#dead(client)
  }
}
