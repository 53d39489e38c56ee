import type { Connection } from './connection.js'
import { bareId, connectionOf, isOwnName } from './except.js'
import { eachOf, type OneOrMore, withOne, withoutOne } from './one-or-more.js'
import type { Limits } from './options.js'

/** The second part says whose it is. */
const CONNECTION = /^[A-Za-z0-9_-]{22}(\.[A-Za-z0-9_-]{16})?$/

/** Every connection of this node, by id and by user, and how many each address holds. */
export class Connections {
  readonly #limits: Limits
  readonly #byId = new Map<string, Connection>()
  readonly #byUser = new Map<string, OneOrMore<Connection>>()
  readonly #byAddress = new Map<string, number>()
  /** With their addresses. */
  readonly #admitted = new Map<Connection, string>()
  constructor(limits: Limits) {
    this.#limits = limits
  }

  get size(): number { return this.#byId.size }
  /** Those that are still authenticating included. */
  admitted(): Iterable<Connection> { return this.#admitted.keys() }
  gauges(): { connections: number; users: number; bufferedBytes: number } {
    let bufferedBytes = 0
    for (const connection of this.#byId.values()) bufferedBytes += connection.outbox.bufferedBytes
    return { connections: this.#byId.size, users: this.#byUser.size, bufferedBytes }
  }

  all(): Iterable<Connection> { return this.#byId.values() }
  get(id: string): Connection | undefined { return this.#byId.get(id) }
  of(user: string): readonly Connection[] { return eachOf(this.#byUser.get(user)) }

  /** How to name a user's connection: by its id, or with its user where another node may hold it; undefined if it is not this user's. */
  nameOf(id: string, user: string, alone: boolean): string | undefined {
    if (!CONNECTION.test(id)) return undefined
    if (id.includes('.')) return isOwnName(id, user) ? id : undefined
    const connection = this.#byId.get(id)
    if (connection === undefined) return alone ? undefined : connectionOf(user, id)
    return connection.user.id === user ? id : undefined
  }

  /** The connection of this user that a name stands for, if this node holds it. */
  named(name: string, user: string): Connection | undefined {
    const connection = this.#byId.get(name) ?? this.#byId.get(bareId(name))
    return connection?.user.id === user ? connection : undefined
  }

  /** Which limit one more connection from this address would pass, if any. */
  refusal(address: string): string | null {
    if (this.#admitted.size >= this.#limits.connections) return `this node holds limits.connections (${this.#limits.connections}) connections`
    if ((this.#byAddress.get(address) ?? 0) >= this.#limits.connectionsPerIp) return `your address holds limits.connectionsPerIp (${this.#limits.connectionsPerIp}) connections`
    return null
  }

  /** Counts a connection of an address until it is dismissed. */
  admit(connection: Connection, address: string): void {
    this.#admitted.set(connection, address)
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1)
  }

  dismiss(connection: Connection): void {
    // A request whose socket closed before it came to us has no address, whatever its type says.
    const address = this.#admitted.get(connection)!
    if (!this.#admitted.delete(connection)) return
    const left = this.#byAddress.get(address)! - 1
    if (left === 0) this.#byAddress.delete(address)
    else this.#byAddress.set(address, left)
  }

  /** False when the user holds `limits.connectionsPerUser` already. */
  add(connection: Connection, user: string): boolean {
    const own = this.#byUser.get(user)
    if (eachOf(own).length >= this.#limits.connectionsPerUser) return false
    this.#byUser.set(user, withOne(own, connection))
    this.#byId.set(connection.id, connection)
    return true
  }

  delete(connection: Connection, user: string): void {
    if (this.#byId.get(connection.id) === connection) this.#byId.delete(connection.id)
    const left = withoutOne(this.#byUser.get(user), connection)
    if (left === undefined) this.#byUser.delete(user)
    else this.#byUser.set(user, left)
  }
}
