import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { CloseCode } from 'rooms-protocol'
import { Authenticator } from './authenticate.js'
import { Authorizer, roomRef } from './authorize.js'
import type { BrokerLink, Ephemeral } from './broker/broker.js'
import { memoryBroker } from './broker/memory.js'
import type { Connection } from './connection.js'
import { Connections } from './connections.js'
import { Control, type ControlMessage, type ControlTarget } from './control.js'
import { Drain } from './drain.js'
import { RoomsUnavailableError } from './errors.js'
import { type Farewell, Farewells } from './farewells.js'
import { ForeignOrigins } from './foreign-origins.js'
import { Handlers } from './handlers.js'
import { Heartbeat } from './heartbeat.js'
import { Hooks } from './hooks.js'
import { showPresence } from './join.js'
import { Kinds } from './kinds.js'
import type { ResolvedOptions } from './options.js'
import { OwedResets } from './owed-resets.js'
import { removeFrom } from './recheck.js'
import { Registry } from './registry.js'
import { Counters, type RoomsStats } from './stats.js'
import { Tick } from './tick.js'

/** Everything one Fastify instance holds for its rooms. */
export class RoomsNode implements ControlTarget {
  readonly options: ResolvedOptions
  readonly log: FastifyBaseLogger
  readonly kinds: Kinds
  readonly hooks: Hooks
  readonly handlers = new Handlers()
  readonly tick = new Tick()
  readonly counters = new Counters()
  readonly farewells = new Farewells()
  readonly foreignOrigins: ForeignOrigins
  /** Tells several instances of one process apart in diagnostics. */
  readonly server: object
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
  readonly connections: Connections
  readonly registry: Registry
  readonly link: BrokerLink
  readonly owedResets: OwedResets
  readonly control: Control
  readonly drain: Drain
  readonly heartbeat: Heartbeat
  #brokerLive = true

  /** Opens the broker's link, after all is checked that can be before routes exist: a boot that fails leaves nothing open. */
  static async open(fastify: FastifyInstance, options: ResolvedOptions): Promise<RoomsNode> {
    const hooks = new Hooks(fastify.log)
    const kinds = new Kinds(options)
    const authenticator = new Authenticator(fastify, options)
    authenticator.check()
    const link = await (options.broker ?? memoryBroker()).open({
      log: fastify.log,
      presence: options.presence,
      memberChanged: (room, user, present) => hooks.notify(present ? 'onMemberJoined' : 'onMemberLeft', { room: roomRef(room), user }),
    })
    const node = new RoomsNode(fastify, options, { hooks, kinds, authenticator, link })
    await node.control.open()
    return node
  }

  private constructor(fastify: FastifyInstance, options: ResolvedOptions, { hooks, kinds, authenticator, link }: Pick<RoomsNode, 'hooks' | 'kinds' | 'authenticator' | 'link'>) {
    this.options = options
    this.log = fastify.log
    this.server = fastify.server
    this.foreignOrigins = new ForeignOrigins(fastify.log)
    this.kinds = kinds
    this.hooks = hooks
    this.link = link
    this.authenticator = authenticator
    this.authorizer = new Authorizer(options.authorize)
    this.connections = new Connections(options.limits)
    this.registry = new Registry({
      link,
      tick: this.tick,
      server: fastify.server,
      pageSize: options.limits.historyEvents,
      connectionsOf: (user) => this.connections.of(user),
      failed: (room, error) => this.log.error({ err: error, room }, 'room failed'),
    })
    this.owedResets = new OwedResets(link, fastify.log)
    this.control = new Control(link, this)
    this.drain = new Drain(this.connections, options.drainMs)
    this.heartbeat = new Heartbeat(this.connections, options.pingMs)
  }

  /** Best effort: a broker that fails here must not end whoever happened to type or leave. */
  broadcast(room: string, message: Ephemeral): void {
    try {
      this.link.broadcast(room, message)
    } catch (error) {
      this.log.warn({ err: error, room }, 'a signal could not be sent')
    }
  }

  carryOut(message: ControlMessage): void {
    if (message.do === 'state') this.#showState(message)
    else if (message.do === 'farewell') this.farewells.note(message)
    else if (message.do === 'recheck') for (const connection of this.connections.of(message.user)) connection.recheck()
    else if ('room' in message) for (const connection of this.connections.all()) removeFrom(connection, message.room, CloseCode.disconnected, 'removed by the server')
    else for (const connection of this.#named(message)) connection.end(CloseCode.disconnected, 'disconnected by the server')
  }

  /** A polling client is sent away while it is: whichever node it asks next has to tell it. */
  farewell(farewell: Farewell): void {
    this.farewells.note(farewell)
    this.control.send({ do: 'farewell', ...farewell }).catch((error: unknown) => this.log.warn({ err: error }, 'other nodes could not be told whom this one sent away'))
  }

  brokerLive(on: boolean): void {
    this.#brokerLive = on
  }

  stats(): RoomsStats {
    const { connections, users, bufferedBytes } = this.connections.gauges()
    const { deliveries, messages, dropped, tooSlow, resumes, publishes } = this.counters
    return {
      connections, users, bufferedBytes, rooms: this.registry.size, broker: this.#brokerLive ? 'live' : 'away', draining: this.drain.active,
      deliveries, messages, dropped, tooSlow, resumes: { ...resumes }, publishes: { ...publishes },
    }
  }

  /** Rejects with `FST_ROOMS_UNAVAILABLE` while this node should get no traffic. */
  async ready(): Promise<void> {
    if (this.drain.active) throw new RoomsUnavailableError()
    await this.control.check()
  }

  recheckAll(): void {
    for (const connection of this.connections.all()) connection.recheck()
  }

  failed(error: unknown): void {
    this.log.warn({ err: error }, 'rooms control messages are late: they are read when the broker answers')
  }

  misunderstood(error: unknown): void {
    this.log.error({ err: error }, 'a message between the nodes of these rooms could not be carried out: does another version run, or something else write to the namespace?')
  }

  async close(): Promise<void> {
    await this.control.close()
    this.heartbeat.stop()
    this.owedResets.close()
    await this.registry.close()
    await this.link.close()
  }

  /** The state of a connection of ours, checked by the node that its user spoke to. */
  #showState({ connection, user, room, state }: Extract<ControlMessage, { do: 'state' }>): void {
    const membership = this.connections.named(connection, user)?.memberships.get(room)
    if (membership?.visible === true) showPresence(membership, state).catch((error: unknown) => this.log.warn({ err: error, room }, 'a presence state could not be set'))
  }

  #named(message: { readonly user: string } | { readonly connection: string }): Iterable<Connection> {
    if ('user' in message) return [...this.connections.of(message.user)]
    const connection = this.connections.get(message.connection)
    return connection === undefined ? [] : [connection]
  }
}
