import { formatPosition, type Position } from 'rooms-protocol'
import { randomId, TAG_BYTES } from '../random-id.js'
import { type AppendRequest, type AppendResult, type Claim, CLAIM_LEASE_MS, type Entry, IDEMPOTENCY_MS, type IdempotencyKey, META_MS, type Page, type ReadFrom } from './broker.js'
import { EntryRing } from './entry-ring.js'
import { judge } from './judge.js'

const EPOCH_BYTES = 9

interface Remembered {
  readonly hash: string
  readonly outcome: { readonly position: string | null; readonly result: string | null } | null
  readonly expiresAt: number
}

/** One room's events in this process: history, place and idempotency keys. Every method is one atomic step. */
export class MemoryStream {
  readonly #epoch = randomId(EPOCH_BYTES)
  readonly #remembered = new Map<string, Remembered>()
  #ring = new EntryRing(0)
  #ringSize = 0
  #offset = 0
  #tag = '-'
  #historyEndsAt = 0
  #metaEndsAt: number
  constructor(now: number) {
    this.#metaEndsAt = now + META_MS
  }

  get end(): Position {
    return { epoch: this.#epoch, offset: this.#offset, tag: this.#tag }
  }

  append(request: AppendRequest, now: number): { readonly result: AppendResult; readonly entry: Entry | null } {
    const { key } = request
    const known = key === null ? undefined : this.#recall(nameOf(key), now)
    if (known !== undefined && key !== null) {
      if (known.hash !== key.hash) return { result: { state: 'conflict' }, entry: null }
      if (known.outcome !== null) return { result: { state: 'duplicate', ...known.outcome }, entry: null }
    }
    this.#forgetOldHistory(now)
    const entry = this.#next(request, now)
    this.#keep(entry, request.history.size)
    this.#historyEndsAt = now + request.history.ttlMs
    this.#metaEndsAt = now + Math.max(META_MS, 2 * request.history.ttlMs)
    const position = formatPosition(this.end)
    if (key !== null) this.#remember(key, { position, result: null }, now + IDEMPOTENCY_MS)
    return { result: { state: 'appended', position }, entry }
  }

  claim(key: IdempotencyKey, now: number): Claim {
    const name = nameOf(key)
    const known = this.#recall(name, now)
    if (known === undefined) {
      this.#remembered.set(name, { hash: key.hash, outcome: null, expiresAt: now + CLAIM_LEASE_MS })
      return { state: 'mine' }
    }
    if (known.hash !== key.hash) return { state: 'conflict' }
    return known.outcome === null ? { state: 'pending' } : { state: 'done', ...known.outcome }
  }

  settle(key: IdempotencyKey, result: string, now: number): void {
    this.#remember(key, { position: null, result }, now + IDEMPOTENCY_MS)
  }

  release(key: IdempotencyKey): void {
    if (this.#remembered.get(nameOf(key))?.outcome === null) this.#remembered.delete(nameOf(key))
  }

  read(from: ReadFrom, limit: number, now: number): Page {
    this.#metaEndsAt = Math.max(this.#metaEndsAt, now + META_MS)
    this.#forgetOldHistory(now)
    if ('last' in from) return this.#page(Math.max(this.#offset - Math.min(from.last, this.#ring.count), 0), limit)
    const verdict = judge(from.since, this.end, this.#ring)
    return verdict === 'ok' ? this.#page(from.since.offset, limit) : { verdict, entries: [], more: false, end: this.end }
  }

  /** Drops what has outlived its use; true when nothing of the room need be kept. */
  sweep(now: number): boolean {
    this.#forgetOldHistory(now)
    for (const [name, { expiresAt }] of this.#remembered) if (expiresAt <= now) this.#remembered.delete(name)
    return this.#metaEndsAt <= now && this.#remembered.size === 0
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
    if (this.#historyEndsAt <= now) this.#ring.clear()
  }

  #recall(name: string, now: number): Remembered | undefined {
    const known = this.#remembered.get(name)
    return known !== undefined && known.expiresAt > now ? known : undefined
  }

  #remember(key: IdempotencyKey, outcome: Remembered['outcome'], expiresAt: number): void {
    this.#remembered.set(nameOf(key), { hash: key.hash, outcome, expiresAt })
  }
}

/** The scope is length-prefixed: it holds any text, so `a` + `b:c` and `a:b` + `c` must not meet. */
function nameOf({ scope, id }: IdempotencyKey): string {
  return `${scope.length}:${scope}:${id}`
}
