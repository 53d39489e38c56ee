import { formatPosition, type Position } from 'rooms-protocol'
import { randomId, TAG_BYTES } from '../random-id.js'
import { type AppendRequest, type AppendResult, type Claim, CLAIM_LEASE_MS, type Entry, IDEMPOTENCY_MS, type IdempotencyKey, META_MS, type Page, type ReadFrom } from './broker.js'
import { EntryRing } from './entry-ring.js'
import { judge } from './judge.js'
import type { KeyStore } from './key-store.js'
import { Remembered } from './remembered.js'

const EPOCH_BYTES = 9

/** One room's events in this process: history, place and idempotency keys. Every method is one atomic step. */
export class MemoryStream {
  readonly #epoch = randomId(EPOCH_BYTES)
  readonly #remembered: Remembered
  #ring = new EntryRing(0)
  #ringSize = 0
  #offset = 0
  #tag = '-'
  #historyEndsAt = 0
  #metaEndsAt: number
  constructor(keys: KeyStore, now: number) {
    this.#remembered = new Remembered(keys, this.#epoch)
    this.#metaEndsAt = now + META_MS
  }

  get end(): Position {
    return { epoch: this.#epoch, offset: this.#offset, tag: this.#tag }
  }

  append(request: AppendRequest, now: number): { readonly result: AppendResult; readonly entry: Entry | null } {
    const { key } = request
    const known = key === null ? undefined : this.#remembered.find(key, now)
    if (known?.state === 'conflict') return { result: known, entry: null }
    if (known?.state === 'done') return { result: { ...known, state: 'duplicate' }, entry: null }
    this.#forgetOldHistory(now)
    const entry = this.#next(request, now)
    this.#keep(entry, request.history.size)
    this.#historyEndsAt = now + request.history.ttlMs
    this.#metaEndsAt = now + Math.max(META_MS, 2 * request.history.ttlMs)
    if (key !== null) this.#remembered.appended(key, entry, now, IDEMPOTENCY_MS)
    return { result: { state: 'appended', position: formatPosition(entry) }, entry }
  }

  claim(key: IdempotencyKey, now: number): Claim {
    const known = this.#remembered.find(key, now)
    if (known !== undefined) return known
    this.#remembered.claim(key, now, CLAIM_LEASE_MS)
    this.#keepUntil(now + CLAIM_LEASE_MS)
    return { state: 'mine' }
  }

  settle(key: IdempotencyKey, result: string, now: number): void {
    this.#remembered.settled(key, result, now, IDEMPOTENCY_MS)
    this.#keepUntil(now + IDEMPOTENCY_MS)
  }

  release(key: IdempotencyKey): void {
    this.#remembered.release(key)
  }

  read(from: ReadFrom, limit: number, now: number): Page {
    this.#keepUntil(now + META_MS)
    this.#forgetOldHistory(now)
    if ('last' in from) return this.#page(Math.max(this.#offset - Math.min(from.last, this.#ring.count), 0), limit)
    const verdict = judge(from.since, this.end, this.#ring)
    return verdict === 'ok' ? this.#page(from.since.offset, limit) : { verdict, entries: [], more: false, end: this.end }
  }

  /** Drops what has outlived its use; true when nothing of the room need be kept. */
  sweep(now: number): boolean {
    this.#forgetOldHistory(now)
    return this.#metaEndsAt <= now
  }

  #keepUntil(end: number): void {
    this.#metaEndsAt = Math.max(this.#metaEndsAt, end)
  }

  #page(after: number, limit: number): Page {
    const entries = this.#ring.after(after, limit)
    const last = entries.at(-1)?.offset ?? this.#offset
    return { verdict: 'ok', entries, more: last < this.#offset, end: this.end }
  }

  #next(request: AppendRequest, now: number): Entry {
    const previousTag = this.#tag
    this.#offset++
    this.#tag = randomId(TAG_BYTES)
    // Joined, because V8 keeps a template of long parts as a rope of twice the size.
    const frame = [request.head, `"offset":${this.#offset},"tag":"${this.#tag}","at":${now}`, request.tail].join('')
    return { epoch: this.#epoch, offset: this.#offset, tag: this.#tag, previousTag, except: request.except, frame }
  }

  #keep(entry: Entry, size: number): void {
    if (size !== this.#ringSize) {
      const kept = this.#ring.after(0)
      this.#ring = new EntryRing(size)
      this.#ringSize = size
      for (const old of kept) this.#ring.push(old)
    }
    this.#ring.push(entry)
  }

  #forgetOldHistory(now: number): void {
    // Of an idle room nothing is left to forget: it is asked every second.
    if (this.#ring.count > 0 && this.#historyEndsAt <= now) this.#ring.clear()
  }
}
