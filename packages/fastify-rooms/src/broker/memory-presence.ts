import type { Info, Member } from 'rooms-protocol'
import { eachOf, type OneOrMore, withOne, withoutOne } from '../one-or-more.js'
import type { Lease, MembersPage, PresenceChange } from './broker.js'

interface Held {
  lease: Lease
  /** The link that may end it. */
  holder: object
  /** Epoch ms. */
  readonly since: number
}

/** One room's leases in this process, and the users derived from them. */
export class MemoryPresence {
  readonly #leases = new Map<string, Held>()
  readonly #byUser = new Map<string, OneOrMore<Held>>()
  readonly #endings = new Map<string, NodeJS.Timeout>()
  #revision = 0

  get empty(): boolean { return this.#leases.size === 0 }

  set(lease: Lease, now: number, holder: object): PresenceChange {
    this.#keep(lease.connection)
    const own = this.#byUser.get(lease.user)
    const first = own === undefined
    const known = this.#leases.get(lease.connection)
    if (known === undefined) {
      const held: Held = { lease, holder, since: now }
      this.#leases.set(lease.connection, held)
      this.#byUser.set(lease.user, withOne(own, held))
    } else known.lease = lease
    const member = this.#member(lease.user)!
    return this.#change(first ? { joined: [member] } : { changed: [member] })
  }

  resume(connection: string, user: string, holder: object): Lease | null {
    const held = this.#leases.get(connection)
    if (held === undefined || held.lease.user !== user) return null
    this.#keep(connection)
    held.holder = holder
    return held.lease
  }

  /** Ends a lease now, or after the grace by calling `ended`. */
  end(connection: string, graceMs: number, holder: object, ended: (change: PresenceChange) => void): void {
    if (this.#leases.get(connection)?.holder !== holder) return
    clearTimeout(this.#endings.get(connection))
    if (graceMs === 0) this.#remove(connection, ended)
    else this.#endings.set(connection, setTimeout(() => this.#remove(connection, ended), graceMs).unref())
  }

  page(after: string | undefined, limit: number): MembersPage {
    const users = [...this.#byUser.keys()].sort()
    const from = after === undefined ? 0 : users.findIndex((user) => user > after)
    const rest = from < 0 ? [] : users.slice(from)
    return { revision: this.#revision, members: rest.slice(0, limit).map((user) => this.#member(user)!), more: rest.length > limit, size: users.length }
  }

  close(): void {
    for (const timer of this.#endings.values()) clearTimeout(timer)
    this.#endings.clear()
    this.#leases.clear()
    this.#byUser.clear()
  }

  #keep(connection: string): void {
    clearTimeout(this.#endings.get(connection))
    this.#endings.delete(connection)
  }

  #remove(connection: string, ended: (change: PresenceChange) => void): void {
    this.#endings.delete(connection)
    const held = this.#leases.get(connection)
    if (held === undefined) return
    this.#leases.delete(connection)
    const { user } = held.lease
    const left = withoutOne(this.#byUser.get(user), held)
    if (left === undefined) this.#byUser.delete(user)
    else this.#byUser.set(user, left)
    const member = this.#member(user)
    ended(this.#change(member === undefined ? { left: [user] } : { changed: [member] }))
  }

  #change(part: Partial<Pick<PresenceChange, 'left' | 'joined' | 'changed'>>): PresenceChange {
    return { revision: ++this.#revision, left: [], joined: [], changed: [], size: this.#byUser.size, ...part }
  }

  /** State and info are those of the user's newest connection; `since` is that of the oldest. */
  #member(user: string): Member | undefined {
    const own = eachOf(this.#byUser.get(user))
    if (own.length === 0) return undefined
    const { lease: { info, state } } = own.reduce((a, b) => (b.since >= a.since ? b : a))
    const since = Math.min(...own.map((held) => held.since))
    return { user, info: info as Info, state: state as Member['state'], connections: own.length, since }
  }
}
