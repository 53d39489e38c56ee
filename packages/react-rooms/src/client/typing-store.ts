import type { Info } from 'rooms-protocol'
import type { Clock } from './clock.js'
import { Store } from './store.js'

/** Someone whose last word is this old has stopped, or vanished. */
const EXPIRES_MS = 6_000
/** People who go on typing say so this often. */
const REPEAT_MS = 3_000

/** Someone who is typing. */
export interface Typist {
  readonly user: string
  /** What members see of this user; from the presence of the room. */
  readonly info: Info
}
export const NOBODY_TYPES: readonly Typist[] = Object.freeze([])

/** Who else types, each until told otherwise or six seconds passed; and what we said of ourselves. */
export class TypingStore {
  readonly #clock: Clock
  readonly #infoOf: (user: string) => Info
  readonly #say: (on: boolean) => void
  readonly #until = new Map<string, number>()
  readonly #store = new Store(NOBODY_TYPES)
  #cancel: (() => void) | null = null
  /** When we last said that we type; null while we do not. */
  #saidAt: number | null = null
  readonly get = this.#store.get
  readonly subscribe = this.#store.subscribe

  constructor(clock: Clock, infoOf: (user: string) => Info, say: (on: boolean) => void) {
    this.#clock = clock
    this.#infoOf = infoOf
    this.#say = say
  }

  set(user: string, on: boolean): void {
    const known = this.#until.has(user)
    if (on) this.#until.set(user, this.#clock.now() + EXPIRES_MS)
    else this.#until.delete(user)
    if (known !== on) this.#publish()
    this.#arm()
  }
  /** A snapshot of who types; with none, nobody does. */
  reset(users: readonly string[] = []): void {
    this.#until.clear()
    for (const user of users) this.#until.set(user, this.#clock.now() + EXPIRES_MS)
    this.#publish()
    this.#arm()
  }
  /** We type, or stopped; says so at most every three seconds. */
  own(on: boolean): void {
    const now = this.#clock.now()
    if (on ? this.#saidAt !== null && now - this.#saidAt < REPEAT_MS : this.#saidAt === null) return
    this.#saidAt = on ? now : null
    this.#say(on)
  }
  /** Nobody knows any more what we said. */
  forget(): void {
    this.#saidAt = null
  }

  #publish(): void {
    this.#store.set(this.#until.size === 0 ? NOBODY_TYPES : [...this.#until.keys()].map((user) => ({ user, info: this.#infoOf(user) })))
  }
  #arm(): void {
    this.#cancel?.()
    this.#cancel = null
    if (this.#until.size === 0) return
    this.#cancel = this.#clock.after(Math.max(0, Math.min(...this.#until.values()) - this.#clock.now()), () => {
      const now = this.#clock.now()
      for (const [user, until] of this.#until) if (until <= now) this.#until.delete(user)
      this.#publish()
      this.#arm()
    })
  }
}
