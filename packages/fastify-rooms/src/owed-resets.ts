import type { FastifyBaseLogger } from 'fastify'
import type { BrokerLink } from './broker/broker.js'

const RETRY_MS = 1_000

/**
 * Rooms whose stored changes could not be sent because the broker was away: begun anew when it returns, so that every
 * member refetches and nobody keeps a stale screen.
 */
export class OwedResets {
  readonly #link: BrokerLink
  readonly #log: FastifyBaseLogger
  readonly #rooms = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  constructor(link: BrokerLink, log: FastifyBaseLogger) {
    this.#link = link
    this.#log = log
  }

  add(room: string): void {
    this.#rooms.add(room)
    this.#timer ??= setTimeout(() => void this.#pay(), RETRY_MS).unref()
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  async #pay(): Promise<void> {
    for (const room of this.#rooms) {
      try {
        await this.#link.restart(room)
        this.#rooms.delete(room)
        this.#log.info({ room }, 'a change that could not be sent: the room was reset for its members')
      } catch {
        // The broker is still away; the next turn tries again.
        break
      }
    }
    this.#timer = this.#rooms.size === 0 ? undefined : setTimeout(() => void this.#pay(), RETRY_MS).unref()
  }
}
