/** Something that gathers frames during a tick and writes them at its end. */
export interface Flushable {
  flush(): void
}

/**
 * Writes once per event-loop tick what was gathered during it: first rooms, whose batches may add to connections'
 * own queues, then connections.
 */
export class Tick {
  readonly #rooms = new Set<Flushable>()
  readonly #connections = new Set<Flushable>()
  #armed = false

  room(room: Flushable): void {
    this.#rooms.add(room)
    this.#arm()
  }

  connection(connection: Flushable): void {
    this.#connections.add(connection)
    this.#arm()
  }

  #arm(): void {
    if (this.#armed) return
    this.#armed = true
    setImmediate(this.#run)
  }

  readonly #run = (): void => {
    this.#armed = false
    for (const part of [this.#rooms, this.#connections]) {
      const due = [...part]
      part.clear()
      for (const each of due) each.flush()
    }
  }
}
