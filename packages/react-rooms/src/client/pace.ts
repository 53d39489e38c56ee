/** A token bucket: at most `perSecond` objects at once, and as many in each second after. */
export class Pace {
  readonly #perSecond: number
  #tokens: number
  #at: number
  constructor(perSecond: number, now: number) {
    this.#perSecond = this.#tokens = perSecond
    this.#at = now
  }

  /** Takes a token if there is one; otherwise returns the ms until there is. */
  take(now: number): number {
    this.#tokens = Math.min(this.#perSecond, this.#tokens + Math.max(0, now - this.#at) * this.#perSecond / 1000)
    this.#at = now
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) * 1000 / this.#perSecond)
    this.#tokens--
    return 0
  }
}
