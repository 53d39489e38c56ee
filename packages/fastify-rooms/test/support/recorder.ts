import type { Entry, Ephemeral, PresenceChange, RoomListener } from '../../src/index.js'

const WAIT_MS = 4_000

/** A room listener that keeps what it hears. */
export class Recorder implements RoomListener {
  readonly entries: Entry[] = []
  readonly ephemerals: Ephemeral[] = []
  readonly changes: PresenceChange[] = []
  restarts = 0
  #waiting: (() => void)[] = []

  get offsets(): number[] { return this.entries.map(({ offset }) => offset) }
  get data(): unknown[] { return this.entries.map(({ frame }) => (JSON.parse(frame) as { data: unknown }).data) }

  onEntry(entry: Entry): void { this.#heard(() => this.entries.push(entry)) }
  onEphemeral(message: Ephemeral): void { this.#heard(() => this.ephemerals.push(message)) }
  onPresence(change: PresenceChange): void { this.#heard(() => this.changes.push(change)) }
  onAway(): void {}
  onBack(): void {}
  onRestarted(): void { this.#heard(() => this.restarts++) }

  /** Resolves once `done` holds; looks after every call of a listener method. */
  async until(done: (heard: this) => boolean): Promise<void> {
    const deadline = AbortSignal.timeout(WAIT_MS)
    while (!done(this)) {
      if (deadline.aborted) throw new Error(`never: ${done.toString()}; heard ${JSON.stringify({ offsets: this.offsets, ephemerals: this.ephemerals, changes: this.changes, restarts: this.restarts })}`)
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
        deadline.addEventListener('abort', () => resolve(), { once: true })
      })
    }
  }

  #heard(note: () => void): void {
    note()
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
