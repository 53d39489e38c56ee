import { setTimeout as pause } from 'node:timers/promises'
import fastify from 'fastify'
import { parsePosition, type Position } from 'rooms-protocol'
import { RoomsUnavailableError } from '../../errors.js'
import type { AppendRequest, Broker, BrokerLink, IdempotencyKey, Lease } from '../../broker/broker.js'
import { Recorder } from './recorder.js'
import type { TestRunner } from './runner.js'

export const HISTORY = { size: 100, ttlMs: 60_000 }
export const CHANGED = { left: [], joined: [], changed: [] }
/** Where no test does anything. */
const NO_ROOM = 'room:0'
/** Before a broker that is not there yet is asked again; the test's own timeout ends it. */
const RETRY_MS = 20

export interface Cluster {
  /** Two links of one broker: two nodes. */
  readonly here: BrokerLink
  readonly there: BrokerLink
  /** `memberChanged` of both nodes, as `+user` and `-user`. */
  readonly memberChanges: string[]
}

/** What every part of the contract runs in. */
export interface ContractContext extends TestRunner {
  readonly name: string
  openCluster(): Promise<Cluster>
  /** A room no test used before. */
  newRoom(): string
}

export function contractContext(runner: TestRunner, name: string, makeBroker: () => Broker | Promise<Broker>): ContractContext {
  const { log } = fastify({ logger: false })
  const links: BrokerLink[] = []
  let rooms = 0
  runner.afterEach(async () => { await Promise.all(links.splice(0).map((link) => link.close())) })
  const { describe, test, expect, afterEach } = runner
  return {
    describe, test, expect, afterEach, name,
    newRoom: () => `room:${++rooms}`,
    async openCluster() {
      const broker = await makeBroker()
      const memberChanges: string[] = []
      const host = { log, presence: { leaseMs: 25_000, renewMs: 8_000 }, memberChanged: (_: string, user: string, present: boolean) => { memberChanges.push(`${present ? '+' : '-'}${user}`) } }
      const [here, there] = [await broker.open(host), await broker.open(host)]
      links.push(here, there)
      await Promise.all([usable(here), usable(there)])
      return { here, there, memberChanges }
    },
  }
}

/** A link opens without a broker that is slow to answer, and mends by itself: a test must not begin in between. */
export async function usable(link: BrokerLink): Promise<void> {
  for (;;) {
    try {
      // Leaves no key behind.
      await link.release(NO_ROOM, keyOf('none'))
      const { close } = await link.subscribe(NO_ROOM, new Recorder())
      return await close()
    } catch (error) {
      if (!(error instanceof RoomsUnavailableError)) throw error
      await pause(RETRY_MS)
    }
  }
}

export function event(room: string, data: unknown, more: Partial<AppendRequest> = {}): AppendRequest {
  return { room, id: 'id', head: `{"type":"event","room":${JSON.stringify(room)},"event":"e","data":${JSON.stringify(data)},`, tail: ',"id":"id"}', except: null, history: HISTORY, key: null, ...more }
}

export function keyOf(id: string, hash = 1, scope = 'user:ana'): IdempotencyKey {
  return { scope, id, hash }
}

export function lease(connection: string, user: string, state: unknown = null, info: unknown = { name: user }): Lease {
  return { connection, user, info, state }
}

export async function append(link: BrokerLink, request: AppendRequest): Promise<Position> {
  const result = await link.append(request)
  const position = result.state === 'appended' ? parsePosition(result.position) : null
  if (position === null) throw new TypeError(`expected to append, but got ${JSON.stringify(result)}`)
  return position
}

export async function listen(link: BrokerLink, room: string): Promise<Recorder> {
  const recorder = new Recorder()
  await link.subscribe(room, recorder)
  return recorder
}
