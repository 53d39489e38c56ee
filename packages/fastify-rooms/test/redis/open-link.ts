import { EventEmitter, once } from 'node:events'
import fastify from 'fastify'
import type { Cluster, Redis } from 'ioredis'
import { onTestFinished } from 'vitest'
import type { AppendRequest, BrokerLink, IdempotencyKey } from '../../src/index.js'
import { redisBroker, type RedisBrokerOptions } from '../../src/redis/index.js'
import { usable } from '../../src/testing/broker-contract/cluster.js'
import { Recorder } from '../../src/testing/broker-contract/recorder.js'
import { eventually, WAIT_MS } from '../support/eventually.js'
import { ownTime } from '../support/own-time.js'

const log = fastify({ logger: false }).log

/** A node's link that can be used, closed when the test ends; leases are short where a test says so. */
export async function openLink(...from: Parameters<typeof bootLink>): Promise<BrokerLink> {
  const link = await bootLink(...from)
  await usable(link)
  return link
}

/** The same as a node has it after boot: maybe without Redis. */
export async function bootLink(client: Redis | Cluster, { leaseMs = 25_000, renewMs = 8_000, ...options }: RedisBrokerOptions & { leaseMs?: number; renewMs?: number } = {}): Promise<BrokerLink> {
  const link = await redisBroker(client, options).open({ log, presence: { leaseMs, renewMs }, memberChanged: () => {} })
  onTestFinished(() => link.close())
  return link
}

/** A room listener that also keeps when delivery stopped and went on. */
export class LinkListener extends Recorder {
  readonly states: ('away' | 'back')[] = []
  readonly #emitter = new EventEmitter()

  override onAway(): void { this.#note('away') }
  override onBack(): void { this.#note('back') }

  /** Resolves when that was said, or said already since the last time it was awaited. */
  async said(state: 'away' | 'back'): Promise<void> {
    const signal = AbortSignal.timeout(WAIT_MS)
    while (!this.states.includes(state)) await once(this.#emitter, 'state', { signal })
    this.states.splice(0, this.states.indexOf(state) + 1)
  }

  #note(state: 'away' | 'back'): void {
    this.states.push(state)
    this.#emitter.emit('state')
  }
}

export async function listen(link: BrokerLink, room: string): Promise<LinkListener> {
  const listener = new LinkListener()
  await eventually(() => link.subscribe(room, listener))
  return listener
}

export function event(room: string, data: unknown, more: Partial<AppendRequest> = {}): AppendRequest {
  return { room, id: 'id', head: `{"type":"event","room":${JSON.stringify(room)},"event":"e","data":${JSON.stringify(data)},`, tail: ',"id":"id"}', except: null, history: { size: 1_000, ttlMs: 300_000 }, key: null, ...more }
}

export function keyOf(id: string, hash = 1): IdempotencyKey {
  return { scope: 'server', id, hash }
}

/** How long something took of this process's time, and its code if it was refused. */
export async function outcome(work: unknown): Promise<{ code: string; ms: number }> {
  const ms = ownTime()
  const code = await Promise.resolve(work).then(() => 'done', (error: unknown) => String((error as { code?: unknown }).code))
  return { code, ms: Math.round(ms()) }
}

/** What the newest events of a room say. */
export async function newest(link: BrokerLink, room: string, count = 100): Promise<unknown[]> {
  const { entries } = await eventually(() => link.read(room, { last: count }, count))
  return entries.map(({ frame }) => (JSON.parse(frame) as { data: unknown }).data)
}
