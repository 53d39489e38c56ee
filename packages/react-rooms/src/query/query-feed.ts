import type { Query } from '@tanstack/react-query'
import { formatPosition, parsePosition, type Position, type RoomName } from 'rooms-protocol'
import type { RoomsClient } from '../client/rooms-client.js'
import { atNextFrame } from './at-next-frame.js'
import type { AnyReducers, Change } from './reducers.js'
import { fold, shown, type Heard, type RoomFeed } from './room-feed.js'

/** After a reset every client of a room wants the same data: they ask within this time, not at once. */
export const JITTER_MS = 2_000
/** How long the room may owe the event of a confirmed mutation. */
const OVERDUE_MS = 5_000

/** What `roomQuery` leaves in `meta.rooms`. */
export interface RoomsMeta {
  readonly room: string
  /** Missing on a dehydrated query, until a component brings its options. */
  readonly on?: AnyReducers
}

/** Keeps one query of a cache equal to the server by what its room says, while somebody observes it. */
export interface QueryFeed {
  readonly room: string
  /** Whether what the query misses can still come through the room: while it can, nothing needs to be fetched again. */
  recovering(): boolean
  /** Opens the room, or closes it when nobody observes the query any more. */
  observe(): void
  close(): void
  /** Runs a query function, and puts what the room said meanwhile on top of its result. */
  fetch<F>(run: (note: (header: string | null) => void) => F | Promise<F>): Promise<F>
  /** The cache took the result of a query function. */
  fetched(): void
  /** Shows what a mutation's event will do, until it comes or the mutation fails. */
  predict(change: Change): void
  /** A mutation succeeded or failed. */
  settle(id: string, succeeded: boolean): void
}

export function queryFeed(client: RoomsClient, query: Query, name: string, refetch: (query: Query) => void): QueryFeed {
  const room = client.room(name as RoomName)
  const predictions = new Map<string, Change>()
  /** Predictions that a skip settled, until their mutation is. */
  const claimed = new Set<string>()
  /** While there are predictions: what the server said. Without any it is what the query holds. */
  let base: unknown
  let at: Position | null = null
  let stale = false
  /** A mutation failed, which may have been done all the same. */
  let doubtful = false
  /** A query function's result, until the cache takes it. */
  let result: RoomFeed | undefined
  let running = 0
  /** Said since the last flush; and before that, while a query function runs. */
  let fresh: Heard[] = []
  let earlier: Heard[] = []
  /** Replayed places still to come; infinite when a join has been asked for. */
  let awaited = 0
  let resetting = false
  /** Held in this tick: the client joins in a microtask. */
  let opening = false
  let close: (() => void) | undefined

  const position = (): Position | null => parsePosition(room.position())
  const reducers = (): AnyReducers => (query.meta?.['rooms'] as RoomsMeta | undefined)?.on ?? {}

  const write = (): void => {
    const { data, isInvalidated } = query.state
    if (data === undefined) return
    query.setData(shown(base, predictions.values(), reducers()), { manual: true })
    // Writing clears the mark, and with it the refetch that is still owed.
    if (isInvalidated) query.invalidate()
  }

  /**
   * A skip is what a mutation of this connection made. With several under way, or after one that failed and may have
   * been done, nobody can tell which: then it is fetched.
   */
  const claim = (): Change | null => {
    if (predictions.size > 1 || doubtful) stale = true
    for (const [id, change] of predictions) {
      predictions.delete(id)
      claimed.add(id)
      return change
    }
    return null
  }

  const flush = (): void => {
    const { data, isInvalidated } = query.state
    const patchable = data !== undefined && !isInvalidated
    const { size } = predictions
    const before = size ? base : data
    if (patchable) {
      const next = fold({ base: before, at, stale: false }, fresh, reducers(), claim)
      base = next.base
      at = next.at
      stale ||= next.stale
    }
    // Nothing may be written, and what was said would be lost: fetch it, unless that is being done.
    else stale ||= !!fresh[0]
    // Behind a gap an event is not in the data yet: its prediction stays until the event comes again.
    for (const next of fresh) if (next.change && !(patchable && at && next.at.offset > at.offset)) predictions.delete(next.change.meta.id)
    earlier = running ? [...earlier, ...fresh] : []
    fresh = []
    if (patchable) {
      if (base !== before || predictions.size < size) write()
      const reached = position()
      if (reached && at?.epoch !== reached.epoch) stale = true
      else if (close && at && !awaited && !(reached && at.offset >= reached.offset)) {
        awaited = Infinity
        room.rejoinFrom(formatPosition(at))
      }
    }
    if (stale && !running && !resetting) refetch(query)
    observe()
  }
  const schedule = atNextFrame(flush)

  const open = (): (() => void) => {
    awaited = 0
    opening = true
    queueMicrotask(() => void (opening = false))
    const offs = [
      room.onJoined(({ replay }) => {
        awaited = replay
        schedule()
      }),
      room.onReset(() => {
        stale = true
        // A first fetch goes on: its result is compared with the new life of the stream when it comes.
        if (query.state.data !== undefined) void query.cancel({ revert: true })
        query.invalidate()
        resetting = true
        setTimeout(() => {
          resetting = false
          schedule()
        }, Math.random() * JITTER_MS)
      }),
      room.onAny((delivery) => {
        if (awaited) awaited--
        fresh.push({ at: parsePosition(delivery.position)!, change: delivery.type === 'event' ? delivery : null })
        schedule()
      }),
    ]
    return () => offs.forEach((off) => off())
  }

  const shut = (): void => {
    close?.()
    close = undefined
  }
  const observe = (): void => {
    // A mutation under way still needs to hear its event.
    if (!query.getObserversCount() && !predictions.size) shut()
    else if (!close) {
      close = open()
      // Before the room is joined, so that it is joined from where the data stands.
      flush()
    }
  }

  return {
    room: name,
    recovering: () => !!close && (opening || room.recoverable()),
    observe,
    close: shut,
    async fetch(run) {
      let from = position()
      let seen: Position | undefined
      running++
      try {
        const data = await run((header) => {
          const stamp = header?.startsWith(`${name}=`) ? parsePosition(header.slice(name.length + 1)) : null
          // Data made of several responses is as old as the oldest of them.
          if (stamp && !(seen && seen.offset < stamp.offset)) seen = stamp
        })
        const reached = position()
        // A stamp of another life of the stream cannot be compared; where the stream was at the start still can.
        if (seen && (!reached || seen.epoch === reached.epoch)) from = seen
        result = fold({ base: data, at: from, stale: false }, [...earlier, ...fresh], reducers())
        return shown(result.base, predictions.values(), reducers()) as typeof data
      } finally {
        running--
        schedule()
      }
    },
    fetched() {
      if (result) ({ base, at, stale } = result)
      result = undefined
      doubtful = false
    },
    predict(change) {
      if (!predictions.size) base = query.state.data
      predictions.set(change.meta.id, change)
      write()
    },
    settle(id, succeeded) {
      // A skip settled what then failed: it may have been another's.
      if (claimed.delete(id) && !succeeded) stale = true
      doubtful ||= !succeeded
      if (succeeded) setTimeout(() => {
        if (predictions.delete(id)) stale = true
        schedule()
      }, OVERDUE_MS)
      else if (predictions.delete(id)) write()
      schedule()
    },
  }
}
