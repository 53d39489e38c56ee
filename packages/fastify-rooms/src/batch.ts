import type { Entry } from './broker/broker.js'
import { eventStreamText } from './event-stream.js'
import { surelyFits } from './utf8.js'

/**
 * One frame on its way out. `event` has an offset and goes only to members that are not replaying; `state` is the
 * room's own news and goes to all; `ephemeral` is the first to be dropped under pressure.
 */
export interface Outgoing {
  readonly text: string
  readonly lane: 'event' | 'state' | 'ephemeral'
  /** The place an `event` or `skip` stands for; an event stream names it. */
  readonly entry?: Entry
}

/** How a client wants its objects: as many in a message as fit, one in a message, as an event stream, or as items of a JSON array. */
export type Form = 'batch' | 'single' | 'event-stream' | 'list'

/** Encoded once for everyone who wants it cut the same way: what a room, or one connection, gained in one tick. */
export class Batch {
  readonly #frames: readonly Outgoing[]
  readonly #encoded: Partial<Record<Form, readonly Buffer[]>> = {}
  readonly #spared: Partial<Record<Form, readonly Buffer[]>> = {}
  /** How many of its frames may be dropped. */
  readonly droppable: number
  /** By `performance.now()`, in whole ms: read once for all who get it. */
  readonly madeAt = Math.trunc(performance.now())
  constructor(frames: readonly Outgoing[]) {
    this.#frames = frames
    this.droppable = frames.reduce((count, { lane }) => count + (lane === 'ephemeral' ? 1 : 0), 0)
  }

  get count(): number { return this.#frames.length }

  /** All frames, or for a member that reads slowly only those that may not be dropped. */
  messages(form: Form, maxBytes: number, sparing: boolean): readonly Buffer[] {
    const spare = sparing && this.droppable > 0
    const encoded = spare ? this.#spared : this.#encoded
    const known = encoded[form]
    if (known !== undefined) return known
    const frames = spare ? this.#frames.filter(({ lane }) => lane !== 'ephemeral') : this.#frames
    const texts = form === 'event-stream' ? frames.map(eventStreamText) : frames.map(({ text }) => text)
    return (encoded[form] = encode(texts, form === 'single' ? 0 : maxBytes, form === 'list' ? ',' : '\n', form === 'batch' || form === 'single'))
  }
}

function encode(texts: readonly string[], maxBytes: number, separator: string, framed: boolean): Buffer[] {
  if (texts.length === 0) return []
  const whole = texts.join(separator)
  if (surelyFits(whole.length, maxBytes)) return [framed ? frameOf(whole, Buffer.byteLength(whole)) : Buffer.from(whole)]
  const messages: Buffer[] = []
  let lines: string[] = []
  let bytes = 0
  const push = (): void => { messages.push(framed ? frameOf(lines.join(separator), bytes - 1) : Buffer.from(lines.join(separator))) }
  for (const text of texts) {
    const size = Buffer.byteLength(text) + 1
    if (lines.length > 0 && bytes + size > maxBytes) {
      push()
      lines = []
      bytes = 0
    }
    lines.push(text)
    bytes += size
  }
  if (lines.length > 0) push()
  return messages
}

/** A finished WebSocket frame: made once for all members, where `ws` would make a header for each and write in two parts. */
function frameOf(text: string, length: number): Buffer {
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(header + length)
  frame[0] = 0x81
  if (header === 2) frame[1] = length
  else if (header === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeUIntBE(0, 2, 2)
    frame.writeUIntBE(length, 4, 6)
  }
  frame.write(text, header)
  return frame
}

/** The text of a frame that `frameOf` made. */
export function payloadOf(frame: Buffer): Buffer {
  return frame.subarray(frame[1]! < 126 ? 2 : frame[1] === 126 ? 4 : 10)
}
