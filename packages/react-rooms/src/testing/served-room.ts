import type { EventFrame, Info, JoinFrame, JoinReason, PresenceDiff, PublishFrame, Retry, RoomGrants, ServerFrame, SkipFrame } from 'rooms-protocol'
import { createPublishing, type Publishing } from './publishing.js'
import { createRoomLog, type RoomLog } from './room-log.js'
import { createRoomMembers, type Presence, type RoomMembers } from './room-members.js'

/** One connection, as a room sees it. */
export interface Guest {
  readonly connection: string
  readonly user: string
  readonly info: Info
  /** Whether it serves one room only: it ends with the room. */
  readonly dedicated: boolean
  write(...frames: readonly ServerFrame[]): void
  end(code: number, reason: string): void
}

/** What a room needs of its server. */
export interface House {
  now(): number
  nextEpoch(): string
  /** Members one frame holds. */
  pageSize(): number
  /** Whether the next event is one that gets lost on the way. */
  loses(): boolean
  /** A handler of the test threw. */
  failed(error: unknown): void
}

const EVERYTHING: RoomGrants = { publish: ['*'], signal: ['*'], presence: true, history: true }

/** A room as the server keeps it. */
export class ServedRoom {
  readonly name: string
  readonly log: RoomLog
  readonly members: RoomMembers
  readonly publishing: Publishing
  grants = EVERYTHING
  /** Why nobody gets in, if so. */
  refusal: { readonly code: number; readonly reason: string; readonly retry: Retry } | null = null
  paused = false
  /** Somebody was in it. */
  visited = false
  readonly #house: House
  readonly #guests = new Map<Guest, Presence>()
  readonly #typists = new Set<string>()
  #withheld: { readonly frame: EventFrame; readonly except: string | null | undefined }[] = []

  constructor(name: string, house: House) {
    this.name = name
    this.#house = house
    this.log = createRoomLog(name, house.nextEpoch)
    this.members = createRoomMembers(house.now)
    this.publishing = createPublishing(
      name, (event, data, id, from) => (this.append(event, data, id, from), this.log.position), (event) => (this.paused ? 'unavailable' : allows(this.grants.publish, event) ? null : 'forbidden'), house.failed,
    )
  }

  has(guest: Guest): boolean {
    return this.#guests.has(guest)
  }

  append(event: string, data: unknown, id: string, from?: string, except?: string | null): void {
    // As it is now, whatever becomes of the object.
    const { copy } = JSON.parse(JSON.stringify({ copy: data ?? null })) as { copy: unknown }
    const frame = this.log.append({ event, data: copy, id, at: this.#house.now(), ...(from !== undefined && { from }) })
    if (this.paused) this.#withheld.push({ frame, except })
    else this.#deliver(frame, except)
  }

  tell(frame: ServerFrame, except?: Guest): void {
    for (const guest of this.#guests.keys()) if (guest !== except) guest.write(frame)
  }

  join(guest: Guest, { position, rewind, state }: JoinFrame): void {
    if (this.refusal !== null) return this.#turnAway(guest, this.refusal)
    this.visited = true
    const presence = this.#guests.get(guest) ?? { user: guest.user, info: guest.info, state: null }
    if (state !== undefined) presence.state = state
    this.#guests.set(guest, presence)
    const diff = this.grants.presence ? this.members.put(presence) : this.members.remove(presence)
    const { replay, ...verdict } = this.grants.history ? this.log.since(position, rewind) : { replay: [], ...(position !== undefined && { recovered: false, reason: 'forbidden' as const }) }
    guest.write({
      type: 'joined', room: this.name, position: this.log.position, ...verdict, replay: replay.length, ...this.page(), size: this.members.list().length,
      typing: [...this.#typists].filter((user) => user !== guest.user), grants: this.grants,
    }, ...replay)
    if (this.paused) guest.write({ type: 'live', room: this.name, on: false })
    this.tellPresence(diff, guest)
  }

  /** @param silent the connection is gone: nobody is left to answer. */
  leave(guest: Guest, silent = false): void {
    const presence = this.#guests.get(guest)
    this.#guests.delete(guest)
    if (!silent) guest.write({ type: 'left', room: this.name, code: 1000, reason: 'left', retry: 'never' })
    if (presence !== undefined) this.tellPresence(this.members.remove(presence))
  }

  setState(guest: Guest, state: unknown): void {
    if (!this.grants.presence) return guest.write({ type: 'error', code: 'forbidden', message: 'you are not shown here', room: this.name })
    const presence = this.#guests.get(guest)!
    presence.state = state
    this.tellPresence(this.members.put(presence))
  }

  publish(guest: Guest, frame: PublishFrame): void {
    this.publishing.take(guest, frame)
  }

  signal(signal: string, data: unknown, guest: Guest): void {
    if (allows(this.grants.signal, signal)) this.tell({ type: 'signal', room: this.name, signal, data, from: guest.user }, guest)
    else guest.write({ type: 'error', code: 'forbidden', message: `you may not signal '${signal}' here`, room: this.name })
  }

  /** Somebody of another connection types, or stopped. */
  setTyping(user: string, on: boolean, except?: Guest): void {
    if (on) this.#typists.add(user)
    else this.#typists.delete(user)
    for (const guest of this.#guests.keys()) if (guest !== except && guest.user !== user) guest.write({ type: 'typing', room: this.name, user, on })
  }

  refuse(code: number, reason: string, retry: Retry): void {
    this.refusal = { code, reason, retry }
    for (const [guest, presence] of this.#guests) {
      this.#guests.delete(guest)
      this.members.remove(presence)
      this.#turnAway(guest, this.refusal)
    }
  }

  pause(paused: boolean): void {
    this.paused = paused
    // What was missed comes before the word that nothing is missed any more.
    if (!paused) for (const { frame, except } of this.#withheld.splice(0)) this.#deliver(frame, except)
    this.tell({ type: 'live', room: this.name, on: !paused })
  }

  reset(reason: string): void {
    this.log.restart('epoch')
    this.#withheld = []
    this.tell({ type: 'reset', room: this.name, position: this.log.position, reason })
  }

  forget(reason: JoinReason): void {
    this.log.restart(reason)
    this.#withheld = []
  }

  page(after?: string): { members: ReturnType<RoomMembers['list']>; more?: boolean } {
    const rest = this.members.list().filter(({ user }) => after === undefined || user > after)
    const size = this.#house.pageSize()
    return rest.length > size ? { members: rest.slice(0, size), more: true } : { members: rest }
  }

  tellPresence(diff: PresenceDiff, except?: Guest): void {
    for (const user of diff.left) this.#typists.delete(user)
    if (diff.left.length + diff.joined.length + diff.changed.length > 0)
      this.tell({ type: 'presence', room: this.name, ...diff, size: this.members.list().length }, except)
  }

  #deliver(frame: EventFrame, except: string | null | undefined): void {
    if (this.#guests.size === 0 || this.#house.loses()) return
    const skip: SkipFrame = { type: 'skip', room: frame.room, offset: frame.offset, tag: frame.tag, id: frame.id }
    for (const guest of this.#guests.keys()) guest.write(guest.connection === except ? skip : frame)
  }

  #turnAway(guest: Guest, { code, reason, retry }: NonNullable<ServedRoom['refusal']>): void {
    if (guest.dedicated) guest.end(code, reason)
    else guest.write({ type: 'left', room: this.name, code, reason, retry })
  }
}

function allows(granted: readonly string[], name: string): boolean {
  return granted.includes('*') || granted.includes(name)
}
