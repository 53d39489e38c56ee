import { randomBytes } from 'node:crypto'
import { mix, mixText } from '../fingerprint.js'
import type { IdempotencyKey } from './broker.js'
import { HashTable } from './hash-table.js'
import { byteLengthOf, endOfText, readText, writeText } from './text-bytes.js'

/** What became of the newest attempt with a key. */
export interface Attempt {
  /** Of what was said; 32 bits, signed. */
  readonly hash: number
  readonly state: AttemptState
  /** What there is to know of that state; any text. */
  readonly note: string
  /** Epoch ms. */
  readonly endsAt: number
}
export type AttemptState = (typeof AttemptState)[keyof typeof AttemptState]
export const AttemptState = { pending: 0, event: 1, result: 2 } as const

/** Records begin where a 64-bit number may stand: they are measured in cells of 8 bytes. */
const CELL_BYTES = 8
const CELL_WORDS = 2
/** 256 KiB: some 2,600 keys. */
const SEGMENT_BITS = 15
const SEGMENT_CELLS = 2 ** SEGMENT_BITS
/** 16 GiB, because addresses count cells in 31 bits. */
const MOST_SEGMENTS = 65_536
/** Segments that a sweep lets go of at most, at some 0.3 ms each; and that the need of another one lets go of. */
const SWEPT_AT_ONCE = 16
const SWEPT_FOR_ONE = 2
/** Kept for another time. */
const MOST_SPARE = 16

/** Words of a record; the first two are its end. Its text follows: scope, line feed, id, note. */
const KEY_HASH = 2
const OWNER = 3
const HASH = 4
const STATE = 5
const KEY_BYTES = 6
const NOTE_BYTES = 7
const HEAD_CELLS = 4
/** No part of an id. */
const FEED = 0x0a

/** One table for each value of a hash's first bits, so that none grows in one long pause. */
const TABLE_BITS = 8

/** Records, one after the other. */
class Segment {
  readonly cells: number
  readonly ends: Float64Array
  readonly words: Int32Array
  readonly bytes: Uint8Array
  /** Cells. */
  used = 0
  /** When all of its records are over. */
  endsAt = 0
  constructor(cells: number) {
    // Shared with nobody: V8 counts the bytes of others against the heap, and would collect it ever again while these grow.
    const buffer = new SharedArrayBuffer(cells * CELL_BYTES)
    this.cells = cells
    this.ends = new Float64Array(buffer)
    this.words = new Int32Array(buffer)
    this.bytes = new Uint8Array(buffer)
  }

  cellsAt(cell: number): number {
    return cellsOf(this.words[cell * CELL_WORDS + KEY_BYTES]!, this.words[cell * CELL_WORDS + NOTE_BYTES]!)
  }
}

function cellsOf(keyBytes: number, noteBytes: number): number {
  return HEAD_CELLS + Math.ceil((keyBytes + noteBytes) / CELL_BYTES)
}

/**
 * The idempotency keys of all rooms, outside the heap. As objects, the hundred thousand that a busy second brings cost
 * the garbage collector more than anything else does of a publish, and a map of a million of them stops the node for
 * 60 ms when it grows.
 */
export class KeyStore {
  readonly #tables = Array.from({ length: 2 ** TABLE_BITS }, () => new HashTable())
  /** By number; those in use are `#oldest` up to `#newest`, and 0 comes after the last number. */
  readonly #segments: (Segment | undefined)[] = []
  #oldest = 0
  #newest = MOST_SEGMENTS - 1
  readonly #spare: Segment[] = []
  /** Address of the newest record, and its key, unless that was removed. */
  #last = 0
  #lastKey: IdempotencyKey | null = null
  #owners = 0
  /** Unknown outside: nobody can choose ids that share a place. */
  readonly #seed = randomBytes(4).readInt32LE()
  /** A key is asked for, claimed and settled in one go. */
  #hashedKey: IdempotencyKey | null = null
  #hashedOwner = 0
  #hash = 0

  /** What it takes now, in memory outside the heap. */
  get bytes(): number {
    return this.#tables.reduce((sum, table) => sum + table.bytes, 0) + this.#segments.reduce((sum, segment) => sum + (segment?.cells ?? 0) * CELL_BYTES, 0)
  }

  /** A number that keys belong to, such as one life of a stream. */
  newOwner(): number {
    return this.#owners++ | 0
  }

  find(owner: number, key: IdempotencyKey): Attempt | null {
    const hash = this.#hashOf(owner, key)
    const slot = this.#slotOf(hash, owner, key)
    return slot < 0 ? null : this.#read(this.#tableOf(hash).addressAt(slot))
  }

  /** In place of what is known of the key. */
  put(owner: number, key: IdempotencyKey, state: AttemptState, note: string, endsAt: number, now: number): void {
    if (key === this.#lastKey && this.#rewriteLast(owner, state, note, endsAt)) return
    const hash = this.#hashOf(owner, key)
    const table = this.#tableOf(hash)
    const slot = this.#slotOf(hash, owner, key)
    const address = this.#append(hash, owner, key, note, now)
    this.#note(address, state, note, endsAt)
    if (slot < 0) table.add(hash, address)
    else table.moved(slot, address)
  }

  remove(owner: number, key: IdempotencyKey): void {
    const hash = this.#hashOf(owner, key)
    const slot = this.#slotOf(hash, owner, key)
    if (slot >= 0) this.#removeSlot(this.#tableOf(hash), slot)
  }

  /** Lets go of what is over, from the oldest segment on up to one in which something is not. */
  sweep(now: number, most = SWEPT_AT_ONCE): void {
    for (let count = 0; count < most; count++) {
      const segment = this.#segments[this.#oldest]
      if (segment === undefined || segment.endsAt > now) return
      for (let cell = 0; cell < segment.used; cell += segment.cellsAt(cell)) this.#removeAddress(segment.words[cell * CELL_WORDS + KEY_HASH]!, this.#oldest * SEGMENT_CELLS + cell)
      if (segment.cells === SEGMENT_CELLS && this.#spare.length < MOST_SPARE) this.#spare.push(segment)
      this.#segments[this.#oldest] = undefined
      this.#oldest = (this.#oldest + 1) % MOST_SEGMENTS
    }
  }

  #removeAddress(hash: number, address: number): void {
    const table = this.#tableOf(hash)
    let slot = table.seek(hash)
    while (slot >= 0 && table.addressAt(slot) !== address) slot = table.seekOn(hash, slot)
    if (slot >= 0) this.#removeSlot(table, slot)
  }

  #removeSlot(table: HashTable, slot: number): void {
    if (table.addressAt(slot) === this.#last) this.#lastKey = null
    table.remove(slot)
  }

  #hashOf(owner: number, key: IdempotencyKey): number {
    if (key !== this.#hashedKey || owner !== this.#hashedOwner) {
      const mixed = mixText(mixText(mix(this.#seed, owner), key.scope), key.id)
      this.#hash = mixed ^ (mixed >>> 15)
      this.#hashedKey = key
      this.#hashedOwner = owner
    }
    return this.#hash
  }

  #tableOf(hash: number): HashTable {
    return this.#tables[hash >>> (32 - TABLE_BITS)]!
  }

  #slotOf(hash: number, owner: number, key: IdempotencyKey): number {
    const table = this.#tableOf(hash)
    let slot = table.seek(hash)
    while (slot >= 0 && !this.#isAt(table.addressAt(slot), owner, key)) slot = table.seekOn(hash, slot)
    return slot
  }

  #isAt(address: number, owner: number, { scope, id }: IdempotencyKey): boolean {
    const { words, bytes } = this.#segmentOf(address)
    const word = wordOf(address)
    if (words[word + OWNER] !== owner) return false
    const start = textOf(address)
    const feed = endOfText(bytes, start, scope)
    return feed >= 0 && bytes[feed] === FEED && endOfText(bytes, feed + 1, id) === start + words[word + KEY_BYTES]!
  }

  #read(address: number): Attempt {
    const { words, bytes, ends } = this.#segmentOf(address)
    const word = wordOf(address)
    const start = textOf(address) + words[word + KEY_BYTES]!
    const note = readText(bytes, start, start + words[word + NOTE_BYTES]!)
    return { hash: words[word + HASH]!, state: words[word + STATE] as AttemptState, note, endsAt: ends[cellOf(address)]! }
  }

  /** Where it is, if it is this owner's and there is room for the note. */
  #rewriteLast(owner: number, state: AttemptState, note: string, endsAt: number): boolean {
    const segment = this.#segmentOf(this.#last)
    const word = wordOf(this.#last)
    const end = cellOf(this.#last) + cellsOf(segment.words[word + KEY_BYTES]!, byteLengthOf(note))
    if (segment.words[word + OWNER] !== owner || end > segment.cells) return false
    segment.used = end
    this.#note(this.#last, state, note, endsAt)
    return true
  }

  /** A record without its note. */
  #append(keyHash: number, owner: number, key: IdempotencyKey, note: string, now: number): number {
    const { scope, id, hash } = key
    const keyBytes = byteLengthOf(scope) + 1 + byteLengthOf(id)
    const cells = cellsOf(keyBytes, byteLengthOf(note))
    let segment = this.#segments[this.#newest]
    if (segment === undefined || segment.used + cells > segment.cells) segment = this.#nextSegment(cells, now)
    const address = this.#newest * SEGMENT_CELLS + segment.used
    segment.used += cells
    const { words, bytes } = segment
    const word = wordOf(address)
    words[word + KEY_HASH] = keyHash
    words[word + OWNER] = owner
    words[word + HASH] = hash
    words[word + KEY_BYTES] = keyBytes
    const feed = writeText(bytes, textOf(address), scope)
    bytes[feed] = FEED
    writeText(bytes, feed + 1, id)
    this.#last = address
    this.#lastKey = key
    return address
  }

  #note(address: number, state: AttemptState, note: string, endsAt: number): void {
    const segment = this.#segmentOf(address)
    const word = wordOf(address)
    segment.ends[cellOf(address)] = endsAt
    if (endsAt > segment.endsAt) segment.endsAt = endsAt
    segment.words[word + STATE] = state
    const start = textOf(address) + segment.words[word + KEY_BYTES]!
    segment.words[word + NOTE_BYTES] = writeText(segment.bytes, start, note) - start
  }

  #nextSegment(cells: number, now: number): Segment {
    this.sweep(now, SWEPT_FOR_ONE)
    const next = (this.#newest + 1) % MOST_SEGMENTS
    if (this.#segments[next] !== undefined) throw new Error('16 GiB of publish ids are remembered: no more can be taken until some of them are over')
    const segment = (cells > SEGMENT_CELLS ? undefined : this.#spare.pop()) ?? new Segment(Math.max(cells, SEGMENT_CELLS))
    segment.used = 0
    this.#segments[next] = segment
    this.#newest = next
    return segment
  }

  #segmentOf(address: number): Segment {
    return this.#segments[address >>> SEGMENT_BITS]!
  }
}

function cellOf(address: number): number {
  return address & (SEGMENT_CELLS - 1)
}

function wordOf(address: number): number {
  return cellOf(address) * CELL_WORDS
}

/** The byte where the text of a record begins. */
function textOf(address: number): number {
  return (cellOf(address) + HEAD_CELLS) * CELL_BYTES
}
