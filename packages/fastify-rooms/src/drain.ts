import { CloseCode } from 'rooms-protocol'
import type { Connections } from './connections.js'

/** Members per ms of delay: a node's worth of clients should not come back in one second. */
const SPREAD_MS_PER_CONNECTION = 2
const MIN_SPREAD_MS = 500

/** A node's way out: no new connections, and every member told when to come back. */
export class Drain {
  readonly #connections: Connections
  readonly #maxMs: number
  #active = false
  constructor(connections: Connections, maxMs: number) {
    this.#connections = connections
    this.#maxMs = maxMs
  }

  get active(): boolean { return this.#active }

  /** Sends everyone away with `bye` 4200; resolves when all sockets are closed, at the latest when they were ended by force. */
  async start(): Promise<void> {
    this.#active = true
    const connections = [...this.#connections.admitted()]
    const spread = Math.min(this.#maxMs, Math.max(MIN_SPREAD_MS, connections.length * SPREAD_MS_PER_CONNECTION))
    await Promise.all(connections.map((connection) => {
      connection.end(CloseCode.draining, 'the server is restarting', { retryAfterMs: Math.floor(Math.random() * spread) })
      return connection.gone()
    }))
  }
}
