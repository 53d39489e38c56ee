import { formatPosition } from 'rooms-protocol'
import type { Claim, Entry, IdempotencyKey } from './broker.js'

/** What became of an attempt: claimed, done with a result, or an event at a place of the stream. */
interface Attempt {
  readonly hash: number
  /** Claimed and not done yet. */
  isPending: boolean
  /** The place of its event, if it has one: a position's text would be three times as long. */
  offset: number
  tag: string | null
  result: string | null
  /** In ms since the first: small whole numbers need no memory of their own, and a time of day is none. */
  endsAt: number
}

const NO_EVENT = { offset: 0, tag: null }

/**
 * One room's idempotency keys. A busy room remembers hundreds of thousands of them for minutes: that is why there is one
 * object to each, and a map for each scope instead of one long name for each key.
 */
export class Remembered {
  readonly #scopes = new Map<string, Map<string, Attempt>>()
  readonly #epoch: string
  readonly #beganAt: number
  constructor(epoch: string, now: number) {
    this.#epoch = epoch
    this.#beganAt = now
  }

  get empty(): boolean { return this.#scopes.size === 0 }

  /** What became of the earlier attempt, if there was one: `conflict` where it was another message. */
  find(key: IdempotencyKey, now: number): Exclude<Claim, { state: 'mine' }> | undefined {
    const own = this.#scopes.get(key.scope)
    const known = own?.get(key.id)
    if (known === undefined) return undefined
    if (this.#isOver(known, now)) {
      // Its next attempt is the newest of the scope.
      own?.delete(key.id)
      return undefined
    }
    if (known.hash !== key.hash) return { state: 'conflict' }
    if (known.isPending) return { state: 'pending' }
    const { offset, tag, result } = known
    return { state: 'done', position: tag === null ? null : formatPosition({ epoch: this.#epoch, offset, tag }), result }
  }

  claim(key: IdempotencyKey, now: number, lifeMs: number): void {
    this.#of(key.scope).set(key.id, { hash: key.hash, isPending: true, offset: 0, tag: null, result: null, endsAt: now + lifeMs - this.#beganAt })
  }

  /** In place of the claim, if there was one. */
  done({ scope, id, hash }: IdempotencyKey, event: Pick<Entry, 'offset' | 'tag'> | null, result: string | null, now: number, lifeMs: number): void {
    const own = this.#of(scope)
    const endsAt = now + lifeMs - this.#beganAt
    const { offset, tag } = event ?? NO_EVENT
    const known = own.get(id)
    if (known?.hash !== hash) return void own.set(id, { hash, isPending: false, offset, tag, result, endsAt })
    known.isPending = false
    known.offset = offset
    known.tag = tag
    known.result = result
    known.endsAt = endsAt
  }

  release({ scope, id }: IdempotencyKey): void {
    const own = this.#scopes.get(scope)
    if (own?.get(id)?.isPending !== true) return
    own.delete(id)
    if (own.size === 0) this.#scopes.delete(scope)
  }

  /** Each scope's from the oldest on, up to one that lives: to look at a million that do took 30 ms. What is over behind it goes with it. */
  sweep(now: number): void {
    for (const [scope, own] of this.#scopes) {
      for (const [id, attempt] of own) {
        if (!this.#isOver(attempt, now)) break
        own.delete(id)
      }
      if (own.size === 0) this.#scopes.delete(scope)
    }
  }

  /** A scope's keys, for one more. */
  #of(scope: string): Map<string, Attempt> {
    let own = this.#scopes.get(scope)
    if (own === undefined) {
      own = new Map()
      this.#scopes.set(scope, own)
    }
    return own
  }

  #isOver({ endsAt }: Attempt, now: number): boolean {
    return this.#beganAt + endsAt <= now
  }
}
