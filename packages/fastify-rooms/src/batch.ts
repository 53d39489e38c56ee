/**
 * One frame on its way out. `event` has an offset and goes only to members that are not replaying; `state` is the
 * room's own news and goes to all; `ephemeral` is the first to be dropped under pressure.
 */
export interface Outgoing {
  readonly text: string
  readonly lane: 'event' | 'state' | 'ephemeral'
}

/** How a client wants its objects: as many in a message as fit in `maxBytes`, or one. */
export interface Cut {
  readonly maxBytes: number
  readonly single: boolean
}

/** Encoded once for everyone who wants it cut the same way: what a room, or one connection, gained in one tick. */
export class Batch {
  readonly #frames: readonly Outgoing[]
  readonly #encoded: (readonly Buffer[] | undefined)[] = []
  /** How many of its frames may be dropped. */
  readonly droppable: number
  constructor(frames: readonly Outgoing[]) {
    this.#frames = frames
    this.droppable = frames.reduce((count, { lane }) => count + (lane === 'ephemeral' ? 1 : 0), 0)
  }

  get count(): number { return this.#frames.length }

  /** All frames, or for a member that reads slowly only those that may not be dropped. */
  messages({ maxBytes, single }: Cut, sparing: boolean): readonly Buffer[] {
    const spare = sparing && this.droppable > 0
    return (this.#encoded[(single ? 1 : 0) + (spare ? 2 : 0)] ??= encode(spare ? this.#frames.filter(({ lane }) => lane !== 'ephemeral') : this.#frames, single ? 0 : maxBytes))
  }
}

function encode(frames: readonly Outgoing[], maxBytes: number): Buffer[] {
  const messages: Buffer[] = []
  let lines: string[] = []
  let bytes = 0
  for (const { text } of frames) {
    const size = Buffer.byteLength(text) + 1
    if (lines.length > 0 && bytes + size > maxBytes) {
      messages.push(Buffer.from(lines.join('\n')))
      lines = []
      bytes = 0
    }
    lines.push(text)
    bytes += size
  }
  if (lines.length > 0) messages.push(Buffer.from(lines.join('\n')))
  return messages
}
