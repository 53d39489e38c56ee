/** How long a person counts as typing after the last sign; clients repeat theirs every 3 s. */
export const TYPING_MS = 6_000

/** Who is typing in a room, as this node knows it. */
export class RoomTyping {
  readonly #until = new Map<string, number>()

  set(user: string, on: boolean): void {
    if (on) this.#until.set(user, performance.now() + TYPING_MS)
    else this.#until.delete(user)
  }

  users(): string[] {
    const now = performance.now()
    for (const [user, until] of this.#until) if (until <= now) this.#until.delete(user)
    return [...this.#until.keys()]
  }
}
