import type { FakeRoom } from './fake-room.js'

/** A response as far as `seen` and a query function need it. */
export interface FakeResponse<D> {
  readonly headers: { get(name: string): string | null }
  json(): D
}

/**
 * A REST route over `data`, in front of a room. Counts its calls; each reads the data, and its position before that, when
 * the test lets it (`read`), and answers when the test lets it (`answer`), the oldest first unless told which; `instant`
 * does both at once.
 */
export class FakeApi<D> {
  data: D
  calls = 0
  instant = true
  stamped = true
  failing = false
  readonly #room: FakeRoom
  readonly #waiting: { read(): void; answer(): void; fail(): void }[] = []

  constructor(room: FakeRoom, data: D) {
    this.#room = room
    this.data = data
  }

  get(): Promise<FakeResponse<D>> {
    this.calls++
    return new Promise((resolve, reject) => {
      let response: FakeResponse<D> | undefined
      const read = (): void => {
        if (response) return
        const header = this.stamped ? this.#room.stamp : null
        const body = structuredClone(this.data)
        response = { headers: { get: (name) => (name === 'rooms-position' ? header : null) }, json: () => body }
      }
      const answer = (): void => {
        read()
        if (this.failing) reject(new Error('503'))
        else resolve(response!)
      }
      if (this.instant) answer()
      else this.#waiting.push({ read, answer, fail: () => reject(new Error('503')) })
    })
  }

  /** A request under way is served from here on. */
  read(which = 0): void { this.#waiting[which]?.read() }

  answer(which = 0): void { this.#waiting.splice(which, 1)[0]?.answer() }

  fail(which = 0): void { this.#waiting.splice(which, 1)[0]?.fail() }

  get waiting(): number { return this.#waiting.length }
}
