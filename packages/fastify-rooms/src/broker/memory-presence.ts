import type { Info, Member } from 'rooms-protocol'
import type { Lease, MembersPage, PresenceChange } from './broker.js'

interface Held extends Lease {
  /** Epoch ms. */
  readonly since: number
  /** The link that may end it. */
  readonly holder: object
}

/** One room's leases in this process, and the users derived from them. */
export class MemoryPresence {
  readonly #leases = new Map<string, Held>()
  readonly #byUser = new Map<string, Set<string>>()
  readonly #endings = new Map<string, NodeJS.Timeout>()
  #revision = 0

  get empty(): boolean { return this.#leases.size === 0 }

  set(lease: Lease, now: number, holder: object): PresenceChange {
    this.#keep(lease.connection)
    const connections = this.#byUser.get(lease.user) ?? new Set()
    const first = connections.size === 0
    connections.add(lease.connection)
    this.#byUser.set(lease.user, connections)
    this.#leases.set(lease.connection, { since: now, holder, ...this.#leases.get(lease.connection), ...lease })
    const member = this.#member(lease.user)!
    return this.#change(first ? { joined: [member] } : { changed: [member] })
  }

  resume(connection: string, user: string, holder: object): Lease | null {
    const lease = this.#leases.get(connection)
    if (lease === undefined || lease.user !== user) return null
    this.#keep(connection)
    this.#leases.set(connection, { ...lease, holder })
    return lease
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
    const lease = this.#leases.get(connection)
    if (lease === undefined) return
    this.#leases.delete(connection)
    const connections = this.#byUser.get(lease.user)!
    connections.delete(connection)
    if (connections.size === 0) this.#byUser.delete(lease.user)
    const member = this.#member(lease.user)
    ended(this.#change(member === undefined ? { left: [lease.user] } : { changed: [member] }))
  }

  #change(part: Partial<Pick<PresenceChange, 'left' | 'joined' | 'changed'>>): PresenceChange {
    return { revision: ++this.#revision, left: [], joined: [], changed: [], size: this.#byUser.size, ...part }
  }

  /** State and info are those of the user's newest connection; `since` is that of the oldest. */
  #member(user: string): Member | undefined {
    const connections = this.#byUser.get(user)
    if (connections === undefined) return undefined
    const leases = [...connections].map((connection) => this.#leases.get(connection)!)
    const newest = leases.reduce((a, b) => (b.since >= a.since ? b : a))
    const since = Math.min(...leases.map((lease) => lease.since))
    return { user, info: newest.info as Info, state: newest.state as Member['state'], connections: leases.length, since }
  }
}
