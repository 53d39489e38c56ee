/**
 * One frame on its way out. `event` has an offset and goes only to members that are not replaying; `state` is the
 * room's own news and goes to all; `ephemeral` is the first to be dropped under pressure.
 */
export interface Outgoing {
  readonly text: string
  readonly lane: 'event' | 'state' | 'ephemeral'
}

/** Encoded once for everyone: what a room gained in one tick, cut into messages of at most `maxBytes`. */
export class Batch {
  readonly #frames: readonly Outgoing[]
  readonly #maxBytes: number
  #all: readonly Buffer[] | undefined
  #lasting: readonly Buffer[] | undefined
  #single: readonly Buffer[] | undefined
  constructor(frames: readonly Outgoing[], maxBytes: number) {
    this.#frames = frames
    this.#maxBytes = maxBytes
  }

  /** As many objects in a message as fit. */
  get all(): readonly Buffer[] {
    return (this.#all ??= encode(this.#frames, this.#maxBytes))
  }

  /** The same without what may be dropped, for a member that reads slowly. */
  get lasting(): readonly Buffer[] {
    return (this.#lasting ??= this.#dropping ? encode(this.#frames.filter(({ lane }) => lane !== 'ephemeral'), this.#maxBytes) : this.all)
  }

  /** One object in a message. */
  get single(): readonly Buffer[] {
    return (this.#single ??= this.#frames.map(({ text }) => Buffer.from(text)))
  }

  get #dropping(): boolean {
    return this.#frames.some(({ lane }) => lane === 'ephemeral')
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
