import type { Claim, Entry, IdempotencyKey } from './broker.js'
import { AttemptState, type KeyStore } from './key-store.js'

/** One room's idempotency keys, for one life of its stream. */
export class Remembered {
  readonly #keys: KeyStore
  readonly #owner: number
  readonly #epoch: string
  constructor(keys: KeyStore, epoch: string) {
    this.#keys = keys
    this.#owner = keys.newOwner()
    this.#epoch = epoch
  }

  /** What became of the earlier attempt, if there was one: `conflict` where it was another message. */
  find(key: IdempotencyKey, now: number): Exclude<Claim, { state: 'mine' }> | undefined {
    const known = this.#keys.find(this.#owner, key)
    if (known === null || known.endsAt <= now) return undefined
    if (known.hash !== key.hash) return { state: 'conflict' }
    switch (known.state) {
      case AttemptState.pending: return { state: 'pending' }
      case AttemptState.event: return { state: 'done', position: `${this.#epoch}:${known.note}`, result: null }
      case AttemptState.result: return { state: 'done', position: null, result: known.note }
      default: return known.state satisfies never
    }
  }

  claim(key: IdempotencyKey, now: number, lifeMs: number): void {
    this.#keys.put(this.#owner, key, AttemptState.pending, '', now + lifeMs, now)
  }

  /** In place of the claim, if there was one. */
  appended(key: IdempotencyKey, { offset, tag }: Pick<Entry, 'offset' | 'tag'>, now: number, lifeMs: number): void {
    this.#keys.put(this.#owner, key, AttemptState.event, `${offset}:${tag}`, now + lifeMs, now)
  }

  /** In place of the claim. */
  settled(key: IdempotencyKey, result: string, now: number, lifeMs: number): void {
    this.#keys.put(this.#owner, key, AttemptState.result, result, now + lifeMs, now)
  }

  release(key: IdempotencyKey): void {
    if (this.#keys.find(this.#owner, key)?.state === AttemptState.pending) this.#keys.remove(this.#owner, key)
  }
}
