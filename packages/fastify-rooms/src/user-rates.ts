import { MessageRate, type Verdict } from './limits.js'

/** A bucket that was not used this long is full again and need not be kept. */
const FULL_MS = 10_000

/** Message rates of people who have no connection to hold theirs. */
export class UserRates {
  readonly #perSecond: number
  readonly #rates = new Map<string, { readonly rate: MessageRate; usedAt: number }>()
  #sweptAt = 0
  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  take(user: string, now: number): Verdict {
    this.#sweep(now)
    const own = this.#rates.get(user) ?? { rate: new MessageRate(this.#perSecond, now), usedAt: now }
    own.usedAt = now
    this.#rates.set(user, own)
    return own.rate.take(now)
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < FULL_MS) return
    this.#sweptAt = now
    for (const [user, { usedAt }] of this.#rates) if (now - usedAt >= FULL_MS) this.#rates.delete(user)
  }
}
