import type { FastifyBaseLogger } from 'fastify'
import type { Lease } from '../broker/broker.js'

/** How often a node looks for leases that ran out in the rooms it holds. */
const REAP_MS = 2_000

/** What the table does when it is time. */
interface LeaseKeeper {
  /** Renews a room's leases; resolves with the connections whose leases are gone. */
  renew(room: string, connections: readonly string[]): Promise<readonly string[]>
  assert(room: string, lease: Lease): Promise<number>
  reap(room: string): Promise<unknown>
  /** The rooms this node listens to. */
  rooms(): Iterable<string>
}

/** The presence leases of this node's connections: renewed in time, asserted again when Redis lost them. */
export class Leases {
  readonly #keeper: LeaseKeeper
  readonly #log: FastifyBaseLogger
  readonly #rooms = new Map<string, Map<string, Lease>>()
  /** Those that Redis may not have as they are now: their last words were not answered. */
  readonly #owed = new WeakSet<Lease>()
  readonly #renewer: NodeJS.Timeout
  readonly #reaper: NodeJS.Timeout
  constructor(keeper: LeaseKeeper, renewMs: number, log: FastifyBaseLogger) {
    this.#keeper = keeper
    this.#log = log
    this.#renewer = setInterval(() => { for (const room of this.#rooms.keys()) this.#quietly(room, this.renew(room)) }, renewMs).unref()
    this.#reaper = setInterval(() => { for (const room of keeper.rooms()) this.#quietly(room, keeper.reap(room)) }, Math.min(REAP_MS, renewMs)).unref()
  }

  set(room: string, lease: Lease): void {
    const leases = this.#rooms.get(room) ?? new Map<string, Lease>()
    leases.set(lease.connection, lease)
    this.#rooms.set(room, leases)
  }

  delete(room: string, connection: string): void {
    const leases = this.#rooms.get(room)
    leases?.delete(connection)
    if (leases?.size === 0) this.#rooms.delete(room)
  }

  /** Says what a lease is now; until that is done it is said again with every renewal. */
  async assert(room: string, lease: Lease): Promise<number> {
    this.#owed.add(lease)
    const revision = await this.#keeper.assert(room, lease)
    this.#owed.delete(lease)
    return revision
  }

  /** Renews what this node holds in a room, and asserts again what Redis has lost or has not heard. */
  async renew(room: string): Promise<void> {
    const leases = this.#rooms.get(room)
    const lost = new Set(await this.#keeper.renew(room, [...(leases?.keys() ?? [])]))
    for (const [connection, lease] of leases ?? []) if (lost.has(connection) || this.#owed.has(lease)) await this.assert(room, lease)
  }

  close(): void {
    clearInterval(this.#renewer)
    clearInterval(this.#reaper)
  }

  /** The next turn tries again. */
  #quietly(room: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#log.debug({ err: error, room }, 'presence upkeep'))
  }
}
