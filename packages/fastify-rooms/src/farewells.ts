import type { CloseCode } from 'rooms-protocol'

/** That a polling client was sent away, from one room or for good. */
export interface Farewell {
  readonly connection: string
  readonly room?: string
  readonly code: CloseCode
  readonly reason: string
}

/** A client that has not asked again by then has lost its leases, and joins like anyone. */
const KEPT_MS = 15_000

/** What polling clients that were away when it happened are still to be told, on whichever node they ask. */
export class Farewells {
  readonly #kept = new Map<string, { readonly farewell: Farewell; readonly notedAt: number }>()

  note(farewell: Farewell): void {
    this.#sweep()
    const name = key(farewell.connection, farewell.room)
    this.#kept.delete(name)
    this.#kept.set(name, { farewell, notedAt: performance.now() })
  }

  /** What is to be told now; it is told once. */
  take(connection: string, room?: string): Farewell | null {
    this.#sweep()
    const known = this.#kept.get(key(connection, room))
    this.#kept.delete(key(connection, room))
    return known?.farewell ?? null
  }

  #sweep(): void {
    const now = performance.now()
    for (const [name, { notedAt }] of this.#kept) {
      if (now - notedAt < KEPT_MS) break
      this.#kept.delete(name)
    }
  }
}

function key(connection: string, room = ''): string {
  return `${connection} ${room}`
}
