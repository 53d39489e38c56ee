import type { Membership } from './membership.js'

const NONE: ReadonlySet<string> = new Set()

/**
 * One connection's memberships, by room. Most connections have one and the limit is some hundred, so they are an array
 * without room to spare: a `Map` would be as large as the membership itself, for every idle member.
 */
export class Memberships {
  #all: readonly Membership[] = []
  #joining: Set<string> | null = null

  get size(): number { return this.#all.length }
  /** Rooms whose first join is under way; they count against `limits.rooms`. */
  get joining(): ReadonlySet<string> { return this.#joining ?? NONE }

  get(room: string): Membership | undefined {
    for (const membership of this.#all) if (membership.room.name === room) return membership
    return undefined
  }

  has(room: string): boolean {
    return this.get(room) !== undefined
  }

  /** As they are now: whoever leaves while they are gone through is still among them. */
  values(): readonly Membership[] {
    return this.#all
  }

  rooms(): string[] {
    return this.#all.map(({ room }) => room.name)
  }

  begin(room: string): void {
    this.#joining ??= new Set()
    this.#joining.add(room)
  }

  /** The join that began is over, whatever came of it. */
  settle(room: string): void {
    this.#joining?.delete(room)
    if (this.#joining?.size === 0) this.#joining = null
  }

  add(membership: Membership): void {
    this.#all = [...this.#all, membership]
  }

  /** False when it was over already. */
  delete(membership: Membership): boolean {
    const left = this.#all.filter((each) => each !== membership)
    const was = left.length < this.#all.length
    this.#all = left
    return was
  }
}
