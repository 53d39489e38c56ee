import type { FastifyRequest } from 'fastify'
import { CloseCode, type JoinFrame } from 'rooms-protocol'
import { Connection } from './connection.js'
import { leftOf } from './goodbye.js'
import type { Membership } from './membership.js'
import type { Ask, AskedRoom } from './poll-request.js'
import { PollWire } from './poll-wire.js'
import type { RoomsNode } from './rooms-node.js'
import type { User } from './rooms-api.js'

/** How long a client may take from an answer to its next poll. With the longest wait before, one that vanished is gone within 45 s. */
const AWAY_MS = 10_000

interface Places { readonly positions: Record<string, string>; readonly presence: Record<string, number> }

/** How a client came. */
export interface Arrival {
  readonly id: string
  /** Greeted by another node already. */
  readonly isKnown: boolean
  /** It follows by position alone and names no connection: each of its polls is a connection of its own. */
  readonly isNameless: boolean
}

/** A client that polls, as this node knows it: one connection from poll to poll, in its rooms only while it waits. */
export class PollClient {
  readonly connection: Connection
  readonly #arrival: Arrival
  readonly #gone: () => void
  readonly #wire: PollWire
  #ask: Ask = { rooms: new Map(), connection: undefined, waitMs: 0 }
  /** Rooms of it that have not answered yet. */
  #pending: ReadonlySet<string> = new Set()
  #away: NodeJS.Timeout | undefined
  #started: Promise<void> | undefined
  /** @param gone called when it asked no more, or was sent away. */
  constructor(node: RoomsNode, request: FastifyRequest, arrival: Arrival, gone: () => void) {
    this.#arrival = arrival
    this.#gone = gone
    this.#wire = new PollWire({ rest: () => this.#rest(), restOfNothing: () => this.#encode(this.#asked()), left: (how) => this.#left(how), closed: () => this.#end(node.options.presence.graceMs) })
    this.connection = new Connection(node, this.#wire, request, null, arrival.id)
  }

  get isAway(): boolean { return this.connection.away }

  /** Resolves with the body of the answer. */
  poll(ask: Ask, user: User): Promise<Buffer> {
    const isOvertaking = !this.isAway
    const body = this.#wire.wait(ask.waitMs)
    // Whoever asks again before an answer came may not read it: what it told of presence is told again.
    if (isOvertaking) for (const membership of this.connection.memberships.values()) membership.told = -1
    clearTimeout(this.#away)
    this.#ask = ask
    this.#pending = new Set(ask.rooms.keys())
    this.#attend(ask, user).catch((error: unknown) => {
      this.connection.log.error({ err: error }, 'a poll failed')
      this.connection.end(CloseCode.internal, 'internal error')
    })
    return body
  }

  /** The client broke a request off, unless another one of it waits by now. */
  breakOff(ask: Ask): void {
    if (ask === this.#ask) this.#wire.breakOff()
  }

  /** Gone before its time: another client of the same user needs the place. */
  yield(): void {
    this.#end()
  }

  async #attend(ask: Ask, user: User): Promise<void> {
    const { connection } = this
    const isFirst = this.#started === undefined
    if (this.#started === undefined) this.#started = connection.startAs(user, this.#arrival.isKnown)
    else connection.renew(user)
    await this.#started
    if (ask !== this.#ask) return
    for (const room of connection.memberships.rooms()) if (!ask.rooms.has(room)) connection.forget(room)
    const pending = (this.#pending = new Set(ask.rooms.keys()))
    const joins: Promise<void>[] = []
    for (const [room, asked] of ask.rooms) {
      const isHere = connection.memberships.has(room)
      const returns = (isHere || this.#arrival.isKnown) && asked.position !== null && !asked.isNew
      const visited = this.#visit(ask, room, asked, returns).finally(() => pending.delete(room))
      // Where it is already, nothing but news has to be waited for.
      if (!(isHere && returns)) joins.push(visited)
    }
    await Promise.all(joins)
    if (ask !== this.#ask) return
    if (isFirst && !this.#arrival.isKnown && !this.#arrival.isNameless) this.#wire.wake()
    this.#wire.settle()
  }

  async #visit(ask: Ask, room: string, { position, told, rewind }: AskedRoom, returns: boolean): Promise<void> {
    const { connection } = this
    const farewell = connection.node.farewells.take(connection.id, room)
    if (farewell !== null) return connection.send(leftOf(room, farewell.code, farewell.reason))
    const frame: JoinFrame = { type: 'join', room, ...(position === null ? {} : { position }), ...(rewind === undefined || returns ? {} : { rewind }) }
    await connection.visit(frame, { returns, told, patient: this.#arrival.isNameless, current: () => ask === this.#ask && !this.isAway, news: () => this.#wire.wake() })
  }

  #rest(): string {
    const { connection } = this
    for (const membership of connection.memberships.values()) membership.room.takeBatch(membership)
    connection.outbox.flush()
    const places = this.#asked()
    for (const [room] of this.#ask.rooms) {
      const membership = connection.memberships.get(room)
      if (membership !== undefined && isIn(membership)) {
        membership.told = Math.max(membership.told, membership.room.presence.told)
        places.positions[room] = membership.position
        places.presence[room] = Math.max(0, membership.told)
      } else if (!this.#pending.has(room)) {
        delete places.positions[room]
        delete places.presence[room]
      }
    }
    return this.#encode(places)
  }

  /** What the client said: where a room is not settled yet, the next poll begins where this one did. */
  #asked(): Places {
    const places: Places = { positions: {}, presence: {} }
    for (const [room, { position, told }] of this.#ask.rooms) {
      if (position !== null) places.positions[room] = position
      if (told !== null) places.presence[room] = told
    }
    return places
  }

  #encode({ positions, presence }: Places): string {
    return `"positions":${JSON.stringify(positions)},"presence":${JSON.stringify(presence)},"connection":${JSON.stringify(this.connection.id)}}`
  }

  #left(how: 'answered' | 'broke off'): void {
    const { connection } = this
    const { leaseMs, graceMs } = connection.node.options.presence
    for (const membership of connection.memberships.values()) membership.room.remove(membership)
    connection.outbox.forgetReplays()
    if (this.#arrival.isNameless) return this.#end(graceMs)
    this.#away = setTimeout(() => this.#end(), how === 'answered' ? Math.min(AWAY_MS, leaseMs) : graceMs).unref()
  }

  #end(graceMs = 0): void {
    clearTimeout(this.#away)
    this.connection.transportClosed(graceMs)
    this.#gone()
  }
}

function isIn(membership: Membership): boolean {
  return membership.room.membership(membership.connection.id) === membership
}
