/** A place in a room's event stream; on the wire `epoch:offset:tag`, opaque to applications. */
export interface Position {
  /** Names one life of the stream: 1-32 of `A-Z a-z 0-9 _ -`. */
  readonly epoch: string
  /** Counts from 1; 0 is the place before the first event. */
  readonly offset: number
  /** Unique to the append that made the event at `offset`: 8 base64url characters, or `-` at offset 0. */
  readonly tag: string
}

const POSITION = /^([A-Za-z0-9_-]{1,32}):(0|[1-9][0-9]{0,15}):([A-Za-z0-9_-]{8}|-)$/

/** The string form of a position. */
export function formatPosition(position: Position): string {
  return `${position.epoch}:${position.offset}:${position.tag}`
}

/** Parses a position strictly: `null` for anything `formatPosition` cannot have made. */
export function parsePosition(text: unknown): Position | null {
  if (typeof text !== 'string') return null
  const match = POSITION.exec(text)
  if (match === null) return null
  const offset = Number(match[2])
  const tag = match[3]!
  if (!Number.isSafeInteger(offset) || (offset === 0) !== (tag === '-')) return null
  return { epoch: match[1]!, offset, tag }
}
