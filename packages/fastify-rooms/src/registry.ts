import type { KindRules } from './kinds.js'
import { Room, type RoomContext } from './room.js'

/** How long a room stays on a node after its last member, so that a reload finds it warm. */
const LINGER_MS = 30_000

interface Held {
  readonly room: Room
  readonly opened: Promise<void>
  users: number
  lingering: NodeJS.Timeout | undefined
}

/** The rooms this node holds: opened once for all who ask at the same time, kept while used and a while longer. */
export class Registry {
  readonly #context: RoomContext
  readonly #rooms = new Map<string, Held>()
  constructor(context: RoomContext) {
    this.#context = context
  }

  get size(): number { return this.#rooms.size }
  get(name: string): Room | undefined { return this.#rooms.get(name)?.room }

  /** Resolves with the live room; every `acquire` that resolves owes one `release`. */
  async acquire(name: string, rules: KindRules): Promise<Room> {
    let held = this.#rooms.get(name)
    if (held === undefined) {
      const room = new Room(name, rules, this.#context)
      held = { room, opened: room.open(), users: 0, lingering: undefined }
      this.#rooms.set(name, held)
    }
    clearTimeout(held.lingering)
    held.users++
    try {
      await held.opened
    } catch (error) {
      if (this.#rooms.get(name) === held) void this.#drop(name, held)
      throw error
    }
    return held.room
  }

  release(name: string): void {
    const held = this.#rooms.get(name)
    if (held === undefined || --held.users > 0) return
    held.lingering = setTimeout(() => this.#drop(name, held), LINGER_MS).unref()
  }

  async close(): Promise<void> {
    const rooms = [...this.#rooms]
    await Promise.allSettled(rooms.map(([name, held]) => this.#drop(name, held)))
  }

  async #drop(name: string, held: Held): Promise<void> {
    clearTimeout(held.lingering)
    this.#rooms.delete(name)
    await held.room.close().catch((error: unknown) => this.#context.failed(name, error))
  }
}
