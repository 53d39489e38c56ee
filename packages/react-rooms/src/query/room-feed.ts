import { reduce, type AnyReducers, type Change } from './reducers.js'

/** A position, taken apart just far enough to compare; strict parsing is for those who get it from strangers. */
export interface Place {
  readonly text: string
  readonly epoch: string
  readonly offset: number
}

export function placeOf(text: string | null): Place | undefined {
  if (!text) return undefined
  const [epoch = '', offset] = text.split(':')
  return { text, epoch, offset: Number(offset) }
}

/** One place of the room's stream: an event, or an offset that was not for this connection. */
export interface Heard {
  readonly at: Place
  /** Undefined for a skip, until it is known what it stands for. */
  change: Change | undefined
  /** Nobody can tell whether `change` is what the skip stands for. */
  doubtful?: boolean
}

/** The data of one query as the server said it, events folded in, predictions not. */
export interface RoomFeed {
  readonly base: unknown
  /** The place of the stream `base` stands at; undefined when nobody knows. */
  readonly at: Place | undefined
  /** Something happened that only a refetch can show. */
  readonly stale: boolean
}

/**
 * Folds what directly follows into the data. What is older is in it already; behind a gap nothing may be applied,
 * because the missing part will bring it again; and onto data of unknown position nothing at all.
 *
 * @param claim puts into a skip what it stands for, if it is one of our own.
 */
export function fold({ base, at, stale }: RoomFeed, heard: readonly Heard[], on: AnyReducers, claim?: (skip: Heard) => void): RoomFeed {
  for (const next of heard) {
    if (at?.epoch !== next.at.epoch || at.offset + 1 !== next.at.offset) continue
    at = next.at
    if (!next.change) claim?.(next)
    const data = next.change ? reduce(base, next.change, on) : base
    if (data === undefined || next.doubtful) stale = true
    if (data !== undefined) base = data
  }
  return { base, at, stale }
}

/** The data to show: what the person's own mutations will do, over what the server said. */
export function shown(base: unknown, predictions: Iterable<Change>, on: AnyReducers): unknown {
  for (const change of predictions) {
    const data = reduce(base, change, on)
    if (data !== undefined) base = data
  }
  return base
}
