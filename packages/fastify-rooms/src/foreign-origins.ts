import type { FastifyBaseLogger } from 'fastify'

/** A page can claim any origin: only so many are told. */
const MOST = 100

/** Tells the operator once of each origin that was refused, because its pages only see a closed door. */
export class ForeignOrigins {
  readonly #log: FastifyBaseLogger
  readonly #seen = new Set<string>()
  constructor(log: FastifyBaseLogger) {
    this.#log = log
  }

  note(origin: string): void {
    if (this.#seen.size >= MOST || this.#seen.has(origin)) return
    this.#seen.add(origin)
    this.#log.warn({ origin }, 'refused a page of an origin that is not allowed: if it is yours, add it to option origins')
  }
}
