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
 * @param claim tells which change a skip stands for, if it is one of our own.
 */
export function fold({ base, at, stale }: RoomFeed, heard: readonly Heard[], on: AnyReducers, claim?: () => Change | undefined): RoomFeed {
  for (const next of heard) {
    if (at?.epoch !== next.at.epoch || at.offset + 1 !== next.at.offset) continue
    at = next.at
    const change = (next.change ??= claim?.())
    const data = change ? reduce(base, change, on) : base
    if (data === undefined) stale = true
    else base = data
  }
  return { base, at, stale }
}

/** The data to show: what the person's own mutations will do, over what the server said. */
export function shown(base: unknown, predictions: Iterable<Change>, on: AnyReducers): unknown {
  for (const change of predictions) base = reduce(base, change, on) ?? base
  return base
}
