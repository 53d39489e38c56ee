import type { AckFrame, ErrorFrame, EventFrame } from 'rooms-protocol'
import type { Clock } from './clock.js'
import { RoomChangedError, RoomsPublishError } from './errors.js'
import type { Settings } from './options.js'
import type { Ack, PublishOptions } from './room.js'

/** After `rate_limited` without a time. */
const LIMITED_MS = 1_000

/** How the outbox reaches the server. */
export interface Wire {
  /** Whether objects for this room would be taken now. */
  ready(room: string): boolean
  /** Ms until one more object may leave; 0 takes the place. */
  pace(): number
  /** Longest object in UTF-8 bytes. */
  messageBytes(): number
  write(encoded: string): void
  /** An ack is overdue: is the connection alive? */
  doubt(): void
  /** The number of unsettled publishes changed. */
  counted(): void
}

interface Entry {
  readonly id: string
  readonly room: string
  readonly encoded: string
  readonly bytes: number
  readonly bornAt: number
  promise: Promise<Ack> | null
  readonly resolve: (ack: Ack) => void
  readonly reject: (error: Error) => void
  /** When it left on this connection; null while it waits. */
  sentAt: number | null
  /** Whether it ever left: then it may have been done. */
  tried: boolean
  /** Where our own event was seen; it was done, though its ack may be lost. */
  seenAt: string | null
}

/** Publishes until they are settled, in order. A connection may come and go; the ids make every retry safe. */
export class Outbox {
  readonly #wire: Wire
  readonly #clock: Clock
  readonly #settings: Settings
  readonly #entries = new Map<string, Entry>()
  #bytes = 0
  /** Told to be slower: nothing leaves before. */
  #notBefore = 0
  #cancel: (() => void) | null = null

  constructor(wire: Wire, settings: Settings) {
    this.#wire = wire
    this.#clock = settings.clock
    this.#settings = settings
  }

  get size(): number {
    return this.#entries.size
  }

  publish(room: string, event: string, data: unknown, options: PublishOptions): Promise<Ack> {
    const id = options.id ?? randomId()
    const known = this.#entries.get(id)
    if (known !== undefined) return known.promise!
    const promise = new Promise<Ack>((resolve, reject) => {
      const encoded = JSON.stringify({ type: 'publish', room, event, data, id })
      const bytes = new TextEncoder().encode(encoded).length
      const refusal = this.#refusal(room, bytes, options)
      if (refusal !== null) return reject(new RoomsPublishError(...refusal, id))
      this.#entries.set(id, { id, room, encoded, bytes, bornAt: this.#clock.now(), resolve, reject, promise: null, sentAt: null, tried: false, seenAt: null })
      this.#bytes += bytes
    })
    // Who ignores the result must not bring the process down; who awaits it still gets the rejection.
    promise.catch(() => {})
    const entry = this.#entries.get(id)
    if (entry !== undefined) {
      entry.promise = promise
      this.#wire.counted()
      this.flush()
    }
    return promise
  }

  ack({ id, position, duplicate, result }: AckFrame): void {
    this.#settle(id)?.resolve({
      id, ...(position === undefined ? {} : { position }), ...(duplicate === undefined ? {} : { duplicate }), ...(result === undefined ? {} : { result }),
    })
  }
  error({ id, code, message, issues, retryAfterMs = LIMITED_MS }: ErrorFrame): void {
    const entry = this.#entries.get(id ?? '')
    if (entry === undefined) return
    if (code === 'rate_limited') {
      this.#notBefore = this.#clock.now() + retryAfterMs
      entry.sentAt = null
      this.flush()
    } else if (code !== 'uncertain') this.#settle(entry.id)!.reject(new RoomsPublishError(code, message, entry.id, issues))
    // `uncertain` stays as it is: sent again with the same id once its ack is overdue.
  }
  /** Our own event came by: done, but its ack may still bring more. */
  seen({ id }: EventFrame, position: string): void {
    const entry = this.#entries.get(id)
    if (entry !== undefined) entry.seenAt = position
  }
  /** Whatever left may be lost: all of it leaves again. */
  disconnected(): void {
    for (const entry of this.#entries.values()) entry.sentAt = null
  }
  /** The room was let go of: what never left it never will. */
  released(room: string): void {
    for (const entry of this.#entries.values()) if (entry.room === room && !entry.tried) this.#settle(entry.id)!.reject(new RoomChangedError(room))
  }
  /** The room will not be joined (or, without a room, nothing will). */
  refuse(code: string, message: string, room?: string): void {
    for (const entry of this.#entries.values())
      if (room === undefined || entry.room === room) this.#fail(entry, code, message)
  }

  /** Sends what may be sent, again what is overdue, and gives up what is too old. */
  flush(): void {
    const { ackTimeoutMs, queue: { maxAgeMs } } = this.#settings
    const now = this.#clock.now()
    let next = Infinity
    let wait = Math.max(0, this.#notBefore - now)
    for (const entry of this.#entries.values()) {
      if (now - entry.bornAt >= maxAgeMs) {
        this.#fail(entry, 'unavailable', `not sent within ${maxAgeMs} ms`)
        continue
      }
      next = Math.min(next, entry.bornAt + maxAgeMs)
      if (entry.sentAt !== null && now - entry.sentAt >= ackTimeoutMs) {
        entry.sentAt = null
        this.#wire.doubt()
      }
      if (entry.sentAt === null && this.#wire.ready(entry.room)) {
        wait ||= this.#wire.pace()
        if (wait > 0) next = Math.min(next, now + wait)
        else {
          entry.sentAt = now
          entry.tried = true
          this.#wire.write(entry.encoded)
        }
      }
      if (entry.sentAt !== null) next = Math.min(next, entry.sentAt + ackTimeoutMs)
    }
    this.#cancel?.()
    this.#cancel = next === Infinity ? null : this.#clock.after(Math.max(0, next - now), () => this.flush())
  }

  #refusal(room: string, bytes: number, { queue }: PublishOptions): [code: string, message: string] | null {
    const { max, maxBytes } = this.#settings.queue
    if (queue === false && !this.#wire.ready(room)) return ['unavailable', `${room} is not joined and queue is false`]
    if (bytes > this.#wire.messageBytes()) return ['too_large', `${bytes} bytes: the server takes ${this.#wire.messageBytes()}`]
    if (this.#entries.size >= max || this.#bytes + bytes > maxBytes) return ['queue_full', 'too many unconfirmed publishes: wait, or raise options.queue']
    return null
  }
  #fail(entry: Entry, code: string, message: string): void {
    this.#settle(entry.id)
    if (entry.seenAt !== null) entry.resolve({ id: entry.id, position: entry.seenAt })
    else if (entry.tried) entry.reject(new RoomsPublishError('uncertain', 'sent, but not confirmed: retry with the same id', entry.id))
    else entry.reject(new RoomsPublishError(code, message, entry.id))
  }
  #settle(id: string): Entry | undefined {
    const entry = this.#entries.get(id)
    if (entry === undefined) return undefined
    this.#entries.delete(id)
    this.#bytes -= entry.bytes
    if (this.#entries.size === 0) {
      this.#cancel?.()
      this.#cancel = null
    }
    this.#wire.counted()
    return entry
  }
}

/** 128 random bits; `crypto.randomUUID` is missing on pages that are not served over https. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
