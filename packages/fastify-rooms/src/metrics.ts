import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type {} from './augment.js'
import type { BatchMessage, PublishMessage, SendMessage } from './diagnostics.js'
import type { RoomsStats } from './stats.js'

export interface RoomsMetricsOptions {
  /** Where the metrics are registered. */
  register: Registry
  /** Stands before every name. Default `rooms_`. */
  prefix?: string
}

/** Seconds; a publish on one node takes well under a millisecond, one over Redis a few. */
const LATENCY_BUCKETS = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 10]
const BATCH_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 500]

/**
 * Registers a node's metrics with prom-client: connections, users, rooms, buffered bytes and broker state as gauges;
 * deliveries, drops, resumes and publishes as counters; batch size, publish and send latency as histograms.
 * Stops when the instance closes.
 *
 * @example
 * roomsMetrics(app, { register })
 * app.get('/metrics', async (_request, reply) => reply.type(register.contentType).send(await register.metrics()))
 */
export function roomsMetrics(app: FastifyInstance, { register, prefix = 'rooms_' }: RoomsMetricsOptions): void {
  // Registered by hand, because prom-client registers with its global registry otherwise.
  const registers: Registry[] = []
  const gauge = (name: string, help: string, read: (stats: RoomsStats) => number): void => {
    register.registerMetric(new Gauge({ name: prefix + name, help, registers, collect() { this.set(read(app.rooms.stats())) } }))
  }
  const counter = (name: string, help: string, read: (stats: RoomsStats) => number): void => {
    register.registerMetric(new Counter({ name: prefix + name, help, registers, collect() { this.reset(); this.inc(read(app.rooms.stats())) } }))
  }
  const counters = (name: string, help: string, label: string, read: (stats: RoomsStats) => Readonly<Record<string, number>>): void => {
    register.registerMetric(new Counter({ name: prefix + name, help, registers, labelNames: [label], collect() {
      this.reset()
      for (const [value, count] of Object.entries(read(app.rooms.stats()))) this.inc({ [label]: value }, count)
    } }))
  }
  gauge('connections', 'Open connections of this node', (stats) => stats.connections)
  gauge('users', 'Users with a connection to this node', (stats) => stats.users)
  gauge('held', 'Rooms this node holds', (stats) => stats.rooms)
  gauge('buffered_bytes', 'Bytes written and not yet taken by the operating system', (stats) => stats.bufferedBytes)
  gauge('broker_live', '1 while events reach this node at once', (stats) => (stats.broker === 'live' ? 1 : 0))
  counter('deliveries_total', 'Objects written to connections', (stats) => stats.deliveries)
  counter('messages_total', 'Messages those objects were written in', (stats) => stats.messages)
  counters('dropped_total', 'What slow connections cost, by reason', 'reason', ({ dropped, tooSlow }) => ({ ephemeral: dropped, connection: tooSlow }))
  counters('resumes_total', 'Joins with a position, by result', 'result', (stats) => stats.resumes)
  counters('publishes_total', "Clients' publishes, by outcome", 'outcome', (stats) => stats.publishes)
  observe(app, [register], prefix)
}

function observe(app: FastifyInstance, registers: Registry[], prefix: string): void {
  const batches = new Histogram({ name: `${prefix}batch_frames`, help: 'Objects a room gained in one tick', buckets: BATCH_BUCKETS, registers })
  const publishes = new Histogram({ name: `${prefix}publish_seconds`, help: 'From a publish to its answer', buckets: LATENCY_BUCKETS, registers })
  const sends = new Histogram({ name: `${prefix}send_seconds`, help: 'From send to its result', buckets: LATENCY_BUCKETS, registers })
  const listeners: readonly (readonly [string, (message: unknown) => void])[] = [
    ['fastify-rooms:batch', (message) => batches.observe((message as BatchMessage).frames)],
    ['fastify-rooms:publish', (message) => publishes.observe((message as PublishMessage).durationMs / 1_000)],
    ['fastify-rooms:send', (message) => sends.observe((message as SendMessage).durationMs / 1_000)],
  ]
  for (const [channel, listener] of listeners) {
    const own = (message: unknown): void => { if ((message as { server: object }).server === app.server) listener(message) }
    subscribe(channel, own)
    app.addHook('onClose', async () => { unsubscribe(channel, own) })
  }
}
