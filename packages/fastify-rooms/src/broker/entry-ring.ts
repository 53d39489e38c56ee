import type { Entry } from './broker.js'

/** The newest entries of one stream, contiguous by offset; pushing beyond `size` drops the oldest. */
export class EntryRing {
  readonly #size: number
  #slots: Entry[] = []
  #base = 0
  #oldest = 0
  #count = 0
  constructor(size: number) {
    this.#size = size
  }

  get count(): number { return this.#count }
  /** Offset of the oldest entry kept; meaningless while empty. */
  get oldest(): number { return this.#oldest }

  get(offset: number): Entry | undefined {
    return offset >= this.#oldest && offset < this.#oldest + this.#count ? this.#slots[(offset - this.#base) % this.#size] : undefined
  }

  /** Adds the next entry; one that does not follow the newest starts anew. */
  push(entry: Entry): void {
    if (this.#size === 0) return
    if (this.#count > 0 && entry.offset !== this.#oldest + this.#count) this.clear()
    if (this.#count === 0) {
      this.#base = entry.offset
      this.#oldest = entry.offset
    }
    this.#slots[(entry.offset - this.#base) % this.#size] = entry
    if (this.#count < this.#size) this.#count++
    else this.#oldest++
  }

  /** Up to `limit` entries with offsets above `offset`; the caller knows that none before them is missing. */
  after(offset: number, limit = Infinity): Entry[] {
    const found: Entry[] = []
    for (let at = Math.max(offset + 1, this.#oldest); found.length < limit; at++) {
      const entry = this.get(at)
      if (entry === undefined) break
      found.push(entry)
    }
    return found
  }

  clear(): void {
    this.#slots = []
    this.#count = 0
  }
}
