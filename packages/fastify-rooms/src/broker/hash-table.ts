/** Slots of a table that is as good as empty. */
const FEWEST = 16
/** Of a slot: what was hashed, and where that is, plus one; 0 is a free slot. */
const WORDS = 2

/**
 * Addresses by their 32-bit hashes, outside the heap: open addressing with linear probing, at most half full. Two keys
 * may share a hash: whoever seeks compares what is at the address.
 */
export class HashTable {
  #slots = new Int32Array(FEWEST * WORDS)
  #mask = FEWEST - 1
  #count = 0

  get bytes(): number { return this.#slots.byteLength }

  /** The first entry of this hash, from a slot on; -1 where there is none. */
  seek(hash: number, from = hash & this.#mask): number {
    const slots = this.#slots
    for (let slot = from; slots[slot * WORDS + 1] !== 0; slot = (slot + 1) & this.#mask) if (slots[slot * WORDS] === hash) return slot
    return -1
  }

  /** The next entry of the same hash. */
  seekOn(hash: number, slot: number): number {
    return this.seek(hash, (slot + 1) & this.#mask)
  }

  addressAt(slot: number): number {
    return this.#slots[slot * WORDS + 1]! - 1
  }

  moved(slot: number, address: number): void {
    this.#slots[slot * WORDS + 1] = address + 1
  }

  /** @param address a whole number from 0 to 2 ** 31 - 2 */
  add(hash: number, address: number): void {
    if (++this.#count * 2 > this.#mask) this.#resize((this.#mask + 1) * 2)
    this.#put(hash, address + 1)
  }

  /** Without a mark in its place: what was pushed on by it moves up. */
  remove(slot: number): void {
    const slots = this.#slots
    const mask = this.#mask
    let hole = slot
    for (let next = (hole + 1) & mask; slots[next * WORDS + 1] !== 0; next = (next + 1) & mask) {
      const fromHome = (next - slots[next * WORDS]!) & mask
      if (fromHome < ((next - hole) & mask)) continue
      slots[hole * WORDS] = slots[next * WORDS]!
      slots[hole * WORDS + 1] = slots[next * WORDS + 1]!
      hole = next
    }
    slots[hole * WORDS + 1] = 0
    this.#count--
    if (this.#count * 8 <= mask && mask >= FEWEST) this.#resize((mask + 1) / 2)
  }

  #put(hash: number, stored: number): void {
    let slot = hash & this.#mask
    while (this.#slots[slot * WORDS + 1] !== 0) slot = (slot + 1) & this.#mask
    this.#slots[slot * WORDS] = hash
    this.#slots[slot * WORDS + 1] = stored
  }

  #resize(size: number): void {
    const old = this.#slots
    this.#slots = new Int32Array(size * WORDS)
    this.#mask = size - 1
    for (let at = 0; at < old.length; at += WORDS) if (old[at + 1] !== 0) this.#put(old[at]!, old[at + 1]!)
  }
}
