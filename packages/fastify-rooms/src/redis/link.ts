import { setTimeout as pause } from 'node:timers/promises'
import type { Member } from 'rooms-protocol'
import { type AppendRequest, type AppendResult, type BrokerHost, type BrokerLink, type Claim, CLAIM_LEASE_MS, type Ephemeral, IDEMPOTENCY_MS, type IdempotencyKey, type Lease, type MembersPage, META_MS, type Page, type ReadFrom, type RoomListener, type Subscription } from '../broker/broker.js'
import { ID_BYTES, randomId, TAG_BYTES } from '../random-id.js'
import type { Channels } from './channels.js'
import type { Commands } from './commands.js'
import type { Keys } from './keys.js'
import { Leases } from './leases.js'
import { exceptField, readEntry, readMessage, readPosition, writeEphemeral } from './message.js'

const EPOCH_BYTES = 9
/** Pause before a Redis that delivers again is asked again for what was missed. */
const BACK_RETRY_MS = 200
const newEpoch = (): string => randomId(EPOCH_BYTES)

/** What a link is made of; `publish` is `SPUBLISH` in a cluster, whose servers decide whether they can. */
export interface LinkParts {
  readonly host: BrokerHost
  readonly commands: Commands
  readonly channels: Channels
  readonly keys: Keys
  readonly publish: 'PUBLISH' | 'SPUBLISH'
}

/** One node's access to rooms in Redis. */
export class RedisLink implements BrokerLink {
  readonly #parts: LinkParts
  /** Whose leases are whose. */
  readonly #node = randomId(ID_BYTES)
  readonly #listeners = new Map<string, RoomListener>()
  readonly #leases: Leases
  constructor(parts: LinkParts) {
    this.#parts = parts
    this.#leases = new Leases({
      renew: async (room, connections) => (await this.#presence('RENEW', room, [parts.host.presence.leaseMs, this.#node, ...connections])) as string[],
      assert: (room, lease) => this.#setLease(room, lease),
      reap: async (room) => this.#gone(room, await this.#presence('REAP', room, [])),
      rooms: () => this.#listeners.keys(),
    }, parts.host.presence.renewMs, parts.host.log)
  }

  readonly alone = false

  async append({ room, head, tail, except, history, key }: AppendRequest): Promise<AppendResult> {
    const { commands, keys, publish } = this.#parts
    const metaMs = Math.max(META_MS, 2 * history.ttlMs)
    const [state, position, result] = (await commands.change('APPEND',
      [keys.meta(room), keys.history(room), key === null ? keys.meta(room) : keys.idempotency(room, key), keys.channel(room)],
      [head, tail, exceptField(except), randomId(TAG_BYTES), newEpoch(), history.size, history.ttlMs, metaMs, publish, key?.hash ?? '', IDEMPOTENCY_MS])) as [AppendResult['state'], string, string]
    switch (state) {
      case 'appended': return { state, position }
      case 'duplicate': return { state, position: orNull(position), result: orNull(result) }
      case 'conflict': return { state }
      default: return state satisfies never
    }
  }

  async claim(room: string, key: IdempotencyKey): Promise<Claim> {
    const { commands, keys } = this.#parts
    const [state, position, result] = (await commands.change('CLAIM', [keys.idempotency(room, key)], [key.hash, CLAIM_LEASE_MS])) as [Claim['state'], string, string]
    return state === 'done' ? { state, position: orNull(position), result: orNull(result) } : { state }
  }

  async settle(room: string, key: IdempotencyKey, result: string): Promise<void> {
    const { commands, keys } = this.#parts
    await commands.change('SETTLE', [keys.idempotency(room, key)], [key.hash, result, IDEMPOTENCY_MS])
  }

  async release(room: string, key: IdempotencyKey): Promise<void> {
    const { commands, keys } = this.#parts
    await commands.ask('RELEASE', [keys.idempotency(room, key)], [])
  }

  async read(room: string, from: ReadFrom, limit: number): Promise<Page> {
    const { commands, keys } = this.#parts
    const where = 'last' in from ? ['last', from.last] : ['since', from.since.epoch, from.since.offset, from.since.tag]
    const [verdict, epoch, offset, tag, more, entries] = (await commands.ask('READ', [keys.meta(room), keys.history(room)], [newEpoch(), META_MS, limit, ...where])) as [Page['verdict'], string, string, string, number, string[]]
    return { verdict, entries: entries.map(readEntry), more: more === 1, end: readPosition(epoch, offset, tag) }
  }

  async subscribe(room: string, listener: RoomListener): Promise<Subscription> {
    const { channels, keys } = this.#parts
    const channel = keys.channel(room)
    let absences = 0
    await channels.subscribe(channel, {
      message: (text) => this.#deliver(room, listener, text),
      away: () => {
        absences++
        listener.onAway()
      },
      back: () => {
        const absence = absences
        void this.#back(room, listener, () => absence === absences)
      },
    })
    this.#listeners.set(room, listener)
    return {
      close: async () => {
        if (this.#listeners.get(room) !== listener) return
        this.#listeners.delete(room)
        channels.unsubscribe(channel)
      },
    }
  }

  async restart(room: string): Promise<void> {
    const { commands, keys, publish } = this.#parts
    await commands.ask('RESTART', [keys.meta(room), keys.history(room), keys.channel(room)], [newEpoch(), META_MS, publish])
  }

  broadcast(room: string, message: Ephemeral): void {
    const { commands, keys, publish, host } = this.#parts
    commands.ask('BROADCAST', [keys.channel(room)], [publish, writeEphemeral(message)]).catch((error: unknown) => host.log.debug({ err: error, room }, 'a signal was lost'))
  }

  async setPresence(room: string, lease: Lease): Promise<number> {
    this.#leases.set(room, lease)
    return this.#leases.assert(room, lease)
  }

  async resumePresence(room: string, connection: string, user: string): Promise<Lease | null> {
    const [info, state] = (await this.#presence('RESUME_PRESENCE', room, [connection, user, this.#parts.host.presence.leaseMs, this.#node])) as string[]
    if (info === undefined || state === undefined) return null
    const lease = { connection, user, info: JSON.parse(info) as unknown, state: JSON.parse(state) as unknown }
    this.#leases.set(room, lease)
    return lease
  }

  async endPresence(room: string, connection: string, graceMs: number): Promise<void> {
    this.#leases.delete(room, connection)
    this.#gone(room, await this.#presence('END_PRESENCE', room, [connection, graceMs, this.#node]))
  }

  async members(room: string, { after, limit }: { readonly after?: string | undefined; readonly limit: number }): Promise<MembersPage> {
    const [gone, revision, size, more, members] = (await this.#presence('MEMBERS', room, [after ?? '', limit])) as [string[], string, number, number, string[]]
    this.#gone(room, gone)
    return { revision: Number(revision), size, more: more === 1, members: members.map((member) => JSON.parse(member) as Member) }
  }

  async close(): Promise<void> {
    const { channels, commands } = this.#parts
    this.#leases.close()
    this.#listeners.clear()
    channels.close()
    await commands.close()
  }

  /**
   * A listener will read what it missed, members included: first comes what a Redis that was empty must know of them
   * again, so that nobody seems to have left.
   */
  async #back(room: string, listener: RoomListener, stillBack: () => boolean): Promise<void> {
    while (stillBack() && this.#listeners.get(room) === listener) {
      try {
        await this.#leases.renew(room)
        if (stillBack() && this.#listeners.get(room) === listener) listener.onBack()
        return
      } catch (error) {
        this.#parts.host.log.debug({ err: error, room }, 'redis delivers, but does not answer yet')
        await pause(BACK_RETRY_MS, undefined, { ref: false })
      }
    }
  }

  async #setLease(room: string, { connection, user, info, state }: Lease): Promise<number> {
    const json = (value: unknown): string => JSON.stringify(value ?? null)
    const [revision, joined] = (await this.#presence('SET_PRESENCE', room, [connection, user, json(user), json(info), json(state), this.#parts.host.presence.leaseMs, this.#node])) as [string, number]
    if (joined === 1) this.#parts.host.memberChanged(room, user, true)
    return Number(revision)
  }

  #presence(name: 'SET_PRESENCE' | 'RESUME_PRESENCE' | 'END_PRESENCE' | 'RENEW' | 'REAP' | 'MEMBERS', room: string, args: readonly (string | number)[]): Promise<unknown> {
    const { commands, keys, publish } = this.#parts
    return commands.ask(name, [...keys.presence(room), keys.channel(room)], [publish, ...args])
  }

  #gone(room: string, users: unknown): void {
    for (const user of users as string[]) this.#parts.host.memberChanged(room, user, false)
  }

  #deliver(room: string, listener: RoomListener, text: string): void {
    try {
      const message = readMessage(text)
      switch (message.kind) {
        case 'entry': return listener.onEntry(message.entry)
        case 'ephemeral': return listener.onEphemeral(message.message)
        case 'presence': return listener.onPresence(message.change)
        case 'restarted': return listener.onRestarted()
        default: message satisfies never
      }
    } catch (error) {
      this.#parts.host.log.error({ err: error, room }, 'a message from redis could not be read')
    }
  }
}

function orNull(text: string): string | null {
  return text === '' ? null : text
}
