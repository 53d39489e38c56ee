import type { Entry, Ephemeral, PresenceChange, RoomListener } from '../../broker/broker.js'

/** Longer than a machine stalls; the test's own timeout may end it before. */
const WAIT_MS = 20_000

/** A room listener that keeps what it hears. */
export class Recorder implements RoomListener {
  readonly entries: Entry[] = []
  readonly ephemerals: Ephemeral[] = []
  readonly changes: PresenceChange[] = []
  restarts = 0
  /** Each says whether it is done waiting. */
  #waiting: (() => boolean)[] = []

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
    if (done(this)) return
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`never: ${done.toString()}; heard ${JSON.stringify({ offsets: this.offsets, ephemerals: this.ephemerals, changes: this.changes, restarts: this.restarts })}`)), WAIT_MS)
      this.#waiting.push(() => {
        if (!done(this)) return false
        clearTimeout(timer)
        resolve()
        return true
      })
    })
  }

  #heard(note: () => void): void {
    note()
    this.#waiting = this.#waiting.filter((isDone) => !isDone())
  }
}
