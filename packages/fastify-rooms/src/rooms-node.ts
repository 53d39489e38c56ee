import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { Authenticator } from './authenticate.js'
import { Authorizer, roomRef } from './authorize.js'
import type { BrokerLink } from './broker/broker.js'
import { memoryBroker } from './broker/memory.js'
import { Connections } from './connections.js'
import { Drain } from './drain.js'
import { Handlers } from './handlers.js'
import { Heartbeat } from './heartbeat.js'
import { Hooks } from './hooks.js'
import { Kinds } from './kinds.js'
import type { ResolvedOptions } from './options.js'
import { OwedResets } from './owed-resets.js'
import { Registry } from './registry.js'
import { Tick } from './tick.js'

/** Everything one Fastify instance holds for its rooms. */
export class RoomsNode {
  readonly options: ResolvedOptions
  readonly log: FastifyBaseLogger
  readonly kinds: Kinds
  readonly hooks: Hooks
  readonly handlers = new Handlers()
  readonly tick = new Tick()
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
  readonly connections: Connections
  readonly registry: Registry
  readonly link: BrokerLink
  readonly owedResets: OwedResets
  readonly drain: Drain
  readonly heartbeat: Heartbeat

  /** Opens the broker's link; checks everything that can be checked before routes exist. */
  static async open(fastify: FastifyInstance, options: ResolvedOptions): Promise<RoomsNode> {
    const hooks = new Hooks(fastify.log)
    const link = await (options.broker ?? memoryBroker()).open({
      log: fastify.log,
      presence: options.presence,
      memberChanged: (room, user, present) => hooks.notify(present ? 'onMemberJoined' : 'onMemberLeft', { room: roomRef(room), user }),
    })
    return new RoomsNode(fastify, options, hooks, link)
  }

  private constructor(fastify: FastifyInstance, options: ResolvedOptions, hooks: Hooks, link: BrokerLink) {
    this.options = options
    this.log = fastify.log
    this.kinds = new Kinds(options)
    this.hooks = hooks
    this.link = link
    this.authenticator = new Authenticator(fastify, options)
    this.authorizer = new Authorizer(options.authorize)
    this.connections = new Connections(options.limits)
    this.registry = new Registry({
      link,
      tick: this.tick,
      batchBytes: options.limits.batchBytes,
      pageSize: options.limits.historyEvents,
      connectionsOf: (user) => this.connections.of(user),
      failed: (room, error) => this.log.error({ err: error, room }, 'room failed'),
    })
    this.owedResets = new OwedResets(link, fastify.log)
    this.drain = new Drain(this.connections, options.drainMs)
    this.heartbeat = new Heartbeat(this.connections, options.pingMs)
  }

  async close(): Promise<void> {
    this.heartbeat.stop()
    this.owedResets.close()
    await this.registry.close()
    await this.link.close()
  }
}
