import type { Clock } from './clock.js'
import { Store } from './store.js'

/** This connection's presence state in a room: known here at once, told to the server at most once per throttle. */
export class OwnState extends Store<unknown> {
  readonly #clock: Clock
  readonly #throttleMs: number
  /** Says whether it could. */
  readonly #send: (state: unknown) => boolean
  #cancel: (() => void) | null = null
  #dirty = false

  constructor(clock: Clock, throttleMs: number, send: (state: unknown) => boolean) {
    super(null)
    this.#clock = clock
    this.#throttleMs = throttleMs
    this.#send = send
  }

  patch(patch: object): void {
    this.set({ ...(this.get() as object | null), ...patch })
    this.#dirty = true
    if (this.#cancel === null) this.#flush()
  }
  /** The room was joined with the present state: nothing waits. */
  told(): void {
    this.#dirty = false
  }
  clear(): void {
    this.#cancel?.()
    this.#cancel = null
    this.#dirty = false
    this.set(null)
  }

  #flush(): void {
    this.#cancel = null
    if (!this.#dirty) return
    this.#dirty = !this.#send(this.get())
    this.#cancel = this.#clock.after(this.#throttleMs, () => this.#flush())
  }
}
