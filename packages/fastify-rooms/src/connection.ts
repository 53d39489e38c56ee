import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import { CloseCode, encodeFrame, type JoinFrame, retryOf, type ServerFrame, SUBPROTOCOL } from 'rooms-protocol'
import type { Entry } from './broker/broker.js'
import { tell } from './diagnostics.js'
import { byeOf } from './goodbye.js'
import { PONG_MS } from './heartbeat.js'
import { Inbound } from './inbound.js'
import { leaveRoom } from './leave.js'
import { logFailure } from './log-failure.js'
import { Memberships } from './memberships.js'
import { Outbox } from './outbox.js'
import { ID_BYTES, randomId } from './random-id.js'
import { refusalText } from './refused.js'
import type { RoomsNode } from './rooms-node.js'
import type { Session, User } from './rooms-api.js'
import type { Visit } from './visit.js'
import type { Wire } from './wire.js'

type Phase =
  | { readonly name: 'authenticating'; readonly held: string[]; heldLength: number; readonly deadline: NodeJS.Timeout; user: User | null }
  | { readonly name: 'open'; user: User }
  /** `slow`: ended by force because it read too slowly; its rooms learn of it at the end of the tick. */
  | { readonly name: 'slow'; readonly user: User }
  | { readonly name: 'closed'; readonly user: User | null }

const FEATURES = ['resume', 'presence', 'typing', 'signals'] as const

/** One client session over one transport: who it is, which rooms it joined, and what it is owed. Knows no transport. */
export class Connection {
  readonly id: string
  readonly node: RoomsNode
  readonly outbox: Outbox
  readonly memberships = new Memberships()
  /** The only room that it serves, if it came by that room's address. */
  readonly boundRoom: string | undefined
  readonly #wire: Wire
  readonly #request: FastifyRequest
  /** The join of its bound room, until it begins. */
  #bound: JoinFrame | null
  readonly #inbound: Inbound
  #phase: Phase
  #log: FastifyBaseLogger | undefined
  /** By the monotonic clock, as all durations here: wall clocks step back. */
  #heardAt = performance.now()
  #probedAt = 0
  #transport: 'up' | 'closed' = 'up'
  #whenGone: (() => void) | undefined
  constructor(node: RoomsNode, wire: Wire, request: FastifyRequest, bound: JoinFrame | null, id = randomId(ID_BYTES)) {
    this.id = id
    this.node = node
    this.#wire = wire
    this.#request = request
    this.#bound = bound
    this.boundRoom = bound?.room
    this.outbox = new Outbox(wire, this)
    this.#inbound = new Inbound(this)
    const { unauthenticatedMs } = node.options.limits
    const deadline = setTimeout(() => this.end(CloseCode.unauthorized, `not authenticated within limits.unauthenticatedMs (${unauthenticatedMs} ms)`), unauthenticatedMs).unref()
    this.#phase = { name: 'authenticating', held: [], heldLength: 0, deadline, user: null }
  }

  get closed(): boolean { return this.#phase.name === 'closed' || this.#phase.name === 'slow' }
  /** Whether its client asks again and again, instead of listening to a stream. */
  get polls(): boolean { return this.#wire.listening !== 'stream' }
  /** Whether it hears nothing until its client asks again. */
  get away(): boolean { return this.#wire.listening === 'away' }
  get log(): FastifyBaseLogger { return (this.#log ??= this.node.log.child({ connection: this.id })) }
  /** As hooks get it; made for them alone, because a logger would stay with every idle connection. */
  get session(): Session { return { connection: this.id, user: this.user, log: this.log } }
  /** Known from `onConnect` on, and still when the connection is closed. */
  get user(): User { return this.#phase.user! }

  /** Resolves when the transport is closed. */
  async gone(): Promise<void> {
    if (this.#transport === 'up') await new Promise<void>((resolve) => { this.#whenGone = resolve })
  }

  /** Authenticates and joins the bound room; what arrives meanwhile is held. Never rejects. */
  async start(token: string | null): Promise<void> {
    try {
      const { user, reason } = await this.node.authenticator.identify(this.#request, token)
      if (user === null) this.end(CloseCode.unauthorized, reason)
      else await this.startAs(user)
    } catch (error) {
      logFailure(this.log, error, 'opening a connection failed')
      this.end(CloseCode.internal, 'internal error')
    }
  }

  /** Goes on for a user whom the transport has authenticated; one that was greeted on another node is not greeted again. */
  async startAs(user: User, isKnown = false): Promise<void> {
    if (this.#phase.name === 'authenticating') await this.#open(this.#phase, user, isKnown)
  }

  /** The same user, by a newer token. */
  renew(user: User): void {
    if (this.#phase.name === 'open') this.#phase.user = user
  }

  /** A polling client comes to a room; resolves when that is settled. */
  async visit(frame: JoinFrame, visit: Visit): Promise<void> {
    if (this.#phase.name === 'open') await this.#inbound.join(frame, visit)
  }

  /** A polling client names a room no more. */
  forget(room: string): void {
    if (this.#phase.name === 'open') this.#inbound.forget(room)
  }

  /** Writes what alone is no reason to answer a poll that waits; `act` says by itself whether there is one. */
  aside(act: () => void): void {
    if (this.#wire.aside === undefined) return act()
    this.outbox.flush()
    this.#wire.aside(() => {
      act()
      this.outbox.flush()
    })
  }

  /** One text message of the client. */
  receive(text: string): void {
    const now = performance.now()
    this.heard(now)
    switch (this.#phase.name) {
      case 'authenticating': return this.#hold(this.#phase, text)
      case 'open': return this.#inbound.receive(text, now)
      case 'slow':
      case 'closed': return
      default: this.#phase satisfies never
    }
  }

  /** Any sign of life, a pong frame included. */
  heard(now = performance.now()): void {
    this.#heardAt = now
    this.#probedAt = 0
  }

  /** Verifies an `auth` frame's token; the user may not change. False when the connection was ended for it. */
  async refresh(token: string): Promise<boolean> {
    const { user, reason } = await this.node.authenticator.identify(this.#request, token)
    if (this.#phase.name !== 'open') return false
    if (user === null || user.id !== this.#phase.user.id) {
      this.end(CloseCode.unauthorized, reason ?? 'the token is of another user')
      return false
    }
    this.#phase.user = user
    return true
  }

  /** Asks `authorize` again for every room. */
  recheck(): void {
    if (this.#phase.name === 'open') this.#inbound.recheck()
  }

  send(frame: ServerFrame): void {
    this.write(encodeFrame(frame))
  }

  /** Queues a frame for this connection alone, after everything its rooms gained before it. */
  write(text: string, entry?: Entry): void {
    if (this.closed) return
    for (const membership of this.memberships.values()) membership.room.takeBatch(membership)
    this.outbox.enqueue(entry === undefined ? { text, lane: 'state' } : { text, lane: 'state', entry })
  }

  /** @param now `performance.now()` */
  beat(now: number): void {
    if (this.#phase.name !== 'open' || this.away) return
    const { pingMs } = this.node.options
    const { expiresAt } = this.#phase.user
    if (expiresAt !== undefined && expiresAt <= Date.now()) return this.end(CloseCode.unauthorized, 'the token expired')
    if (this.#wire.listening !== 'stream') return
    if (this.#probedAt > 0 && now - this.#probedAt >= PONG_MS) {
      this.log.info({ code: CloseCode.noPong }, 'no sign of life: connection ended')
      return this.#wire.terminate()
    }
    if (this.#probedAt === 0 && now - this.#heardAt >= pingMs) {
      this.#probedAt = now
      this.#wire.ping()
    }
    if (now - this.outbox.lastSentAt >= pingMs) this.send({ type: 'ping' })
  }

  /** The server's end of a connection: says `bye`, then closes. Memberships end when the transport is closed, or now if the code says stop. */
  end(code: CloseCode, reason: string, { retryAfterMs }: { readonly retryAfterMs?: number } = {}): void {
    if (this.closed) return
    if (this.away && retryOf(code) === 'never') this.node.farewell({ connection: this.id, code, reason })
    this.send({ ...byeOf(code, reason), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
    this.outbox.flush()
    this.#wire.close(code, reason)
    this.#close(this.#graceOf(code))
  }

  /** The transport is closed, whoever began. */
  transportClosed(graceMs = this.node.options.presence.graceMs): void {
    this.#close(graceMs)
    this.#transport = 'closed'
    this.#whenGone?.()
  }

  #hold(phase: Extract<Phase, { name: 'authenticating' }>, text: string): void {
    phase.held.push(text)
    // A message without a letter takes a place as well.
    phase.heldLength += text.length + 1
    if (phase.heldLength > this.node.options.limits.batchBytes) this.end(CloseCode.messageTooBig, 'more than limits.batchBytes before welcome: wait for it')
  }

  async #open(phase: Extract<Phase, { name: 'authenticating' }>, user: User, isKnown: boolean): Promise<void> {
    const { node } = this
    if (!node.connections.add(this, user.id)) return this.end(CloseCode.tooManyConnections, `limits.connectionsPerUser (${node.options.limits.connectionsPerUser}) reached: close another connection first`)
    phase.user = user
    // Under the same deadline: a hook that hangs would hold the socket for ever.
    if (node.hooks.has('onConnect') && !(await this.#accepted())) return
    clearTimeout(phase.deadline)
    this.#phase = { name: 'open', user }
    if (!isKnown) this.aside(() => this.#welcome(user))
    tell('fastify-rooms:connect', () => ({ server: node.server, connection: this.id, user: user.id }))
    const bound = this.#bound
    this.#bound = null
    if (bound !== null) void this.#inbound.join(bound)
    for (const text of phase.held) this.receive(text)
  }

  async #accepted(): Promise<boolean> {
    try {
      await this.node.hooks.run('onConnect', this.session)
    } catch (error) {
      logFailure(this.log, error, 'onConnect refused a connection', {}, 'info')
      this.end(CloseCode.forbidden, refusalText(error))
    }
    return !this.closed
  }

  #welcome(user: User): void {
    const { messageBytes, batchBytes, messagesPerSecond, rooms, members, stateBytes } = this.node.options.limits
    this.send({
      type: 'welcome', protocol: SUBPROTOCOL, connection: this.id, user: user.id, now: Date.now(),
      ...(user.expiresAt === undefined ? {} : { expiresAt: user.expiresAt }),
      pingMs: this.node.options.pingMs, limits: { messageBytes, batchBytes, messagesPerSecond, rooms, members, stateBytes }, features: FEATURES,
    })
  }

  /** Ends it by force. The rest waits for the tick's end: leaving its rooms tells others, and one of those rooms is just being written. */
  tooSlow(): void {
    if (this.#phase.name !== 'open') return
    this.#phase = { name: 'slow', user: this.#phase.user }
    this.node.counters.tooSlow++
    this.log.info({ code: CloseCode.tooSlow }, 'the client reads too slowly: connection ended')
    this.#wire.terminate()
    setImmediate(() => this.#close(this.node.options.presence.graceMs))
  }

  /** Who was sent away for good is gone at once; who only moves to another node is not gone at all. */
  #graceOf(code: CloseCode): number {
    const { graceMs, leaseMs } = this.node.options.presence
    return code === CloseCode.draining ? leaseMs : retryOf(code) === 'never' ? 0 : graceMs
  }

  #close(graceMs: number): void {
    const phase = this.#phase
    if (phase.name === 'closed') return
    this.#phase = { name: 'closed', user: phase.user }
    if (phase.name === 'authenticating') clearTimeout(phase.deadline)
    if (phase.user === null) return
    const { node } = this
    for (const membership of this.memberships.values()) leaveRoom(membership, graceMs)
    node.connections.delete(this, phase.user.id)
    if (node.hooks.has('onDisconnect')) node.hooks.notify('onDisconnect', this.session)
    if (phase.name !== 'authenticating') tell('fastify-rooms:disconnect', () => ({ server: node.server, connection: this.id, user: this.user.id }))
  }
}
