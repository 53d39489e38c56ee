import type { Clock } from './clock.js'
import type { HoldOptions } from './room.js'

/** What follows from a room being held or not. */
export interface HoldEnds {
  /** Held for the first time. */
  enter(): void
  /** The last holder let go; the room may be held again before `leave`. */
  vacated(): void
  /** Nobody came back within the linger. */
  leave(): void
}

/** Counts who holds a room. Decides in microtasks, so that what StrictMode mounts, unmounts and mounts again is held once. */
export class Holds {
  readonly #clock: Clock
  readonly #lingerMs: number
  readonly #ends: HoldEnds
  readonly #holds = new Set<HoldOptions>()
  #entered = false
  #cancel: (() => void) | null = null

  constructor(clock: Clock, lingerMs: number, ends: HoldEnds) {
    this.#clock = clock
    this.#lingerMs = lingerMs
    this.#ends = ends
  }

  get held(): boolean {
    return this.#holds.size > 0
  }
  /** The first rewind a holder asked for. */
  get rewind(): number | undefined {
    for (const { rewind } of this.#holds) if (rewind !== undefined) return rewind
    return undefined
  }

  add(options: HoldOptions): () => void {
    const hold = { ...options }
    this.#holds.add(hold)
    queueMicrotask(() => this.#look())
    return () => {
      if (this.#holds.delete(hold)) queueMicrotask(() => this.#look())
    }
  }

  /** Ends at once, whoever holds. */
  end(): void {
    this.#cancel?.()
    this.#cancel = null
    if (!this.#entered) return
    this.#entered = false
    this.#ends.leave()
  }

  #look(): void {
    if (this.held) {
      this.#cancel?.()
      this.#cancel = null
      if (this.#entered) return
      this.#entered = true
      this.#ends.enter()
    } else if (this.#entered && this.#cancel === null) {
      this.#cancel = this.#clock.after(this.#lingerMs, () => this.end())
      this.#ends.vacated()
    }
  }
}
