import { formatPosition } from 'rooms-protocol'
import { systemClock } from '../../src/client/clock.js'
import type { Delivery, Joined, RoomStatus } from '../../src/client/room.js'
import type { RoomsClient } from '../../src/client/rooms-client.js'

/** One place of the server's stream. */
type Entry = { readonly offset: number; readonly tag: string } & ({ readonly skip: string | undefined } | { readonly event: string; readonly data: unknown; readonly id: string })

/**
 * A room as src/client shows it, with its server in the same object and no socket between: what the server sends waits
 * in `inFlight` until `deliver()`, and `online` says whether it arrives at once.
 */
export class FakeRoom {
  readonly name: string
  epoch = 'E1'
  readonly log: Entry[] = []
  readonly rejoins: string[] = []
  state: RoomStatus = 'left'
  holders = 0
  /** Deliver as it is sent. Off: call `deliver()`. */
  instant = true
  /** Join in a microtask once held. Off: call `join()`. */
  eager = true
  #last: number | null = null
  #from: number | null = null
  #inFlight: (() => void)[] = []
  /** Who listens to the state of the connection. */
  readonly connection = new Set<() => void>()
  readonly #any = new Set<(delivery: Delivery) => void>()
  readonly #joined = new Set<(joined: Joined) => void>()
  readonly #reset = new Set<(reason: string) => void>()
  readonly #status = new Set<() => void>()

  constructor(name: string) { this.name = name }

  // The server

  /** Where the server's stream stands. */
  get end(): string { return this.#at(this.log.length) }

  /** What the server stamps on a response now. */
  get stamp(): string { return `${this.name}=${this.end}` }

  send(event: string, data: unknown, id = `s${this.log.length + 1}`): void {
    this.#append({ offset: this.log.length + 1, tag: tagOf(this.log.length + 1), event, data, id })
  }

  /** Appends an event that is not for this connection; older servers do not name it. */
  skip(id?: string): void {
    this.#append({ offset: this.log.length + 1, tag: tagOf(this.log.length + 1), skip: id })
  }

  deliver(): void {
    for (const arrive of this.#inFlight.splice(0)) arrive()
  }

  /** How many replayed places arrive at once; the rest with `deliver()`. */
  slice = Infinity

  join(recovered = true): void {
    this.#inFlight = []
    const from = this.#from ?? this.#last
    const again = this.#from !== null && this.#last !== null && this.#from < this.#last
    this.#from = null
    const told = from === null ? undefined : recovered
    const start = told === true ? from! : this.log.length
    if (told !== true) this.#last = this.log.length
    const replayed = this.log.slice(start)
    this.#setState('live')
    for (const listener of [...this.#joined]) listener({ recovered: told, reason: told === false ? 'trimmed' : undefined, position: this.end, replay: replayed.length })
    if (told === false) this.#tellReset('trimmed')
    this.#last ??= start
    for (const entry of replayed.slice(0, this.slice)) this.#arrive(entry, again)
    for (const entry of replayed.slice(this.slice)) this.#inFlight.push(() => this.#arrive(entry, again))
  }

  cut(): void {
    this.#inFlight = []
    this.#setState('catching-up')
  }

  /** Away for longer than `lostAfterMs`. */
  lose(): void {
    this.cut()
    this.#setLost(true)
  }
  lost = false

  back(recovered = true): void {
    this.#setLost(false)
    if (this.holders > 0) this.join(recovered)
  }

  /** May not be in the room. */
  refuse(): void {
    this.#inFlight = []
    this.#setState('refused')
  }

  /** The server starts a new life of the stream and says so. */
  reset(): void {
    this.epoch = `E${Number(this.epoch.slice(1)) + 1}`
    this.log.length = 0
    this.#inFlight = []
    this.#last = 0
    this.#tellReset('epoch')
  }

  // What the client shows

  status(): RoomStatus { return this.state }
  subscribe(listener: () => void): () => void { return listen(this.#status, listener) }
  position(): string | null { return this.#last === null ? null : this.#at(this.#last) }
  recoverable(): boolean { return !this.lost && this.state !== 'left' && this.state !== 'refused' }
  connectionId(): string | null { return 'c0ffee' }
  onReset(listener: (reason: string) => void): () => void { return listen(this.#reset, listener) }
  onJoined(listener: (joined: Joined) => void): () => void { return listen(this.#joined, listener) }
  onAny(listener: (delivery: Delivery) => void): () => void {
    const off = listen(this.#any, listener)
    if (this.holders++ === 0) {
      this.#setState('joining')
      if (this.eager) queueMicrotask(() => { if (this.holders > 0 && this.state === 'joining') this.join() })
    }
    return () => {
      off()
      // No linger: the room is left at once.
      if (--this.holders > 0) return
      this.#last = this.#from = null
      this.#setState('left')
    }
  }
  on(event: string, listener: (data: unknown, meta: never) => void): () => void {
    return this.onAny((delivery) => { if (delivery.type === 'event' && !delivery.again && delivery.event === event) listener(delivery.data, delivery.meta as never) })
  }
  rejoinFrom(position: string): void {
    this.rejoins.push(position)
    this.#from = Math.min(this.#from ?? Infinity, Number(position.split(':')[1]))
    if (this.state === 'live') queueMicrotask(() => { if (this.state === 'live' && this.#from !== null) this.join() })
  }

  #at(offset: number): string { return formatPosition({ epoch: this.epoch, offset, tag: offset === 0 ? '-' : tagOf(offset) }) }
  #append(entry: Entry): void {
    this.log.push(entry)
    if (this.state !== 'live') return
    this.#inFlight.push(() => this.#arrive(entry, false))
    if (this.instant) this.deliver()
  }
  #arrive(entry: Entry, replaying: boolean): void {
    const again = this.#last !== null && entry.offset <= this.#last
    if (again && !replaying) return
    if (!again) this.#last = entry.offset
    const place = { position: this.#at(entry.offset), offset: entry.offset, again }
    const delivery: Delivery = 'skip' in entry
      ? { type: 'skip', ...place, id: entry.skip }
      : { type: 'event', ...place, event: entry.event, data: entry.data, meta: { offset: entry.offset, id: entry.id, from: undefined, at: 0, replayed: replaying } }
    for (const listener of [...this.#any]) listener(delivery)
  }
  #setLost(lost: boolean): void {
    this.lost = lost
    for (const listener of [...this.connection]) listener()
  }
  #setState(state: RoomStatus): void {
    this.state = state
    for (const listener of [...this.#status]) listener()
  }
  #tellReset(reason: string): void {
    for (const listener of [...this.#reset]) listener(reason)
  }
}

/** A client that has such rooms. */
export function fakeClient(): RoomsClient & { fake(name: string): FakeRoom } {
  const rooms = new Map<string, FakeRoom>()
  const fake = (name: string): FakeRoom => {
    let room = rooms.get(name)
    if (!room) rooms.set(name, (room = new FakeRoom(name)))
    return room
  }
  const subscribe = (listener: () => void): (() => void) => {
    const offs = [...rooms.values()].map((room) => listen(room.connection, listener))
    return () => offs.forEach((off) => off())
  }
  return { fake, room: fake, subscribe, clock: systemClock } as never
}

function tagOf(offset: number): string {
  return `tag${String(offset).padStart(5, '0')}`
}

function listen<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
