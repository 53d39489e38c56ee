const WINDOW_MS = 10_000
/** Refused objects within a window after which a connection is closed. */
const MAX_REFUSED = 200

/** Counts within a window that starts with the first event after the last window ended. */
class Window {
  #startedAt = -WINDOW_MS
  #count = 0

  count(now: number): number {
    if (now - this.#startedAt >= WINDOW_MS) {
      this.#startedAt = now
      this.#count = 0
    }
    return ++this.#count
  }
}

export type Verdict = { readonly ok: true } | { readonly ok: false; readonly retryAfterMs: number; readonly close: boolean }

/** A token bucket of `perSecond` with room for bursts of twice that, and its patience with those who go on. Times are `performance.now()`: wall clocks step back. */
export class MessageRate {
  readonly #perSecond: number
  #tokens: number
  #filledAt: number
  #refused: Window | undefined
  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond
    this.#filledAt = now
    this.#tokens = perSecond * 2
  }

  take(now: number): Verdict {
    this.#tokens = Math.min(this.#perSecond * 2, this.#tokens + ((now - this.#filledAt) / 1_000) * this.#perSecond)
    this.#filledAt = now
    if (this.#tokens >= 1) {
      this.#tokens--
      return { ok: true }
    }
    this.#refused ??= new Window()
    return { ok: false, retryAfterMs: Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1_000), close: this.#refused.count(now) > MAX_REFUSED }
  }
}

/** Patience with unreadable messages: true while one more is tolerated. */
export class BadMessages {
  readonly #allowed: number
  readonly #window = new Window()
  constructor(allowed: number) {
    this.#allowed = allowed
  }

  tolerate(now: number): boolean {
    return this.#window.count(now) <= this.#allowed
  }
}
