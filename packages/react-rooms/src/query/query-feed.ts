import type { Query } from '@tanstack/react-query'
import type { RoomName } from 'rooms-protocol'
import type { RoomsClient } from '../client/rooms-client.js'
import { atNextFrame } from './at-next-frame.js'
import type { AnyReducers, Change } from './reducers.js'
import { refetch } from './refetch.js'
import { fold, placeOf, shown, type Heard, type Place, type RoomFeed } from './room-feed.js'

/** After a reset every client of a room wants the same data: they ask within this time, not at once. */
export const JITTER_MS = 2_000
/** How long the room may owe the event of a mutation that succeeded. */
const OVERDUE_MS = 5_000

/** What `roomQuery` leaves in `meta.rooms`. */
export interface RoomsMeta {
  readonly room: string
  /** Missing on a dehydrated query, until a component brings its options. */
  readonly on?: AnyReducers
}

export interface Seen {
  /** Notes the `Rooms-Position` header of a response, and gives the response back. */
  seen<R extends { headers: { get(name: string): string | null } }>(response: R): R
}

/** Keeps one query of a cache equal to the server by what its room says, while somebody observes it. */
export interface QueryFeed {
  /** Whether what the query misses can still come through the room: while it can, nothing needs to be fetched again. */
  recovering(): boolean
  /** Opens the room, or closes it when nobody observes the query any more; with `false` for good. */
  observe(attached?: boolean): void
  /** Runs a query function, and puts what the room said meanwhile on top of its result. */
  fetch<F>(queryFn: (seen: Seen['seen']) => F | Promise<F>): Promise<F>
  /** The cache took the result of a query function. */
  fetched(): void
  /** Shows what a mutation's event will do, until it comes or the mutation fails; for feeds of that room. */
  predict(room: string, change: Change): void
  /** A mutation succeeded or failed. */
  settle(id: string, succeeded: boolean): void
}

export function queryFeed(client: RoomsClient, query: Query, name: string): QueryFeed {
  const room = client.room(name as RoomName)
  const predictions = new Map<string, Change>()
  /** While there are predictions: what the server said. Without any it is what the query holds. */
  let base: unknown
  let at: Place | undefined
  let stale = false
  /** A query function's result, until the cache takes it. */
  let result: RoomFeed | undefined
  /** Said since the last flush, or longer while the query is being fetched. */
  let log: Heard[] = []
  /** Since the last fetch some event was not for this connection. */
  let skipped = false
  let resetting = false
  let attached = true
  /** Joins before `at` may be asked for again: the one that answers, and the next, which lost that answer or part of it. */
  let joins = 0
  let offs: (() => void)[] = []

  const position = (): Place | undefined => placeOf(room.position())
  const reducers = (): AnyReducers => (query.meta?.['rooms'] as RoomsMeta | undefined)?.on ?? {}

  const write = (): void => {
    const { data, isInvalidated } = query.state
    if (data === undefined) return
    query.setData(shown(base, predictions.values(), reducers()), { manual: true })
    // Writing clears the mark, and with it the refetch that is still owed.
    if (isInvalidated) query.invalidate()
  }

  /**
   * A skip is what this connection did: the one mutation that is under way, if there is one that is predicted. If there
   * is none, or several, nobody can tell: then it is fetched.
   */
  const claim = (skip: Heard): void => {
    skipped = true
    skip.doubtful = predictions.size !== 1
    for (const [id, change] of predictions) {
      skip.change = change
      predictions.delete(id)
      return
    }
  }

  const flush = (): void => {
    const { data, isInvalidated, fetchStatus } = query.state
    const patchable = data !== undefined && !isInvalidated
    // Asked of the cache, not counted here: a query function that was cancelled may never end.
    const idle = fetchStatus === 'idle'
    const { size } = predictions
    const before = size ? base : data
    if (patchable) {
      const next = fold({ base: before, at, stale: false }, log, reducers(), claim)
      base = next.base
      at = next.at
      stale ||= next.stale
    }
    // Nothing may be written, and what was said would be lost: fetch it, unless that is being done.
    else stale ||= !!log[0]
    // Behind a gap an event is not in the data yet: its prediction stays until the event comes again.
    for (const next of log) if (next.change && !(patchable && at && next.at.offset > at.offset)) predictions.delete(next.change.meta.id)
    if (idle) log = []
    if (patchable) {
      if (base !== before || predictions.size < size) write()
      const reached = position()
      if (reached && at?.epoch !== reached.epoch) stale = true
      else if (reached && at && at.offset >= reached.offset) joins = 0
      else if (offs[0] && at && !joins) {
        joins = 2
        room.rejoinFrom(at.text)
      }
    }
    if (stale && idle && !resetting) {
      // From here on the cache's own mark says it: a fetch that fails is not asked for again and again.
      stale = false
      refetch(query)
    }
    observe()
  }
  const schedule = atNextFrame(flush)

  const observe = (still = attached): void => {
    attached = still
    // A mutation under way still needs to hear its event.
    if (!still || (!query.getObserversCount() && !predictions.size)) return offs.splice(0).forEach((off) => off())
    if (offs[0]) return
    joins = 0
    offs = [
      room.onJoined(() => {
        if (joins) joins--
        // The way to the server is free again: what failed while it was not is worth another try.
        stale ||= query.state.status === 'error'
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
        log.push({ at: placeOf(delivery.position)!, change: delivery.type === 'event' ? delivery : undefined })
        schedule()
      }),
    ]
    // Before the room is joined, so that it is joined from where the data stands.
    flush()
  }

  return {
    recovering: () => !!offs[0] && room.recoverable(),
    observe,
    async fetch(queryFn) {
      let from = position()
      let seen: Place | undefined
      try {
        const data = await queryFn((response) => {
          const header = response.headers.get('rooms-position')
          const stamp = header?.startsWith(`${name}=`) && placeOf(header.slice(name.length + 1))
          // Data made of several responses is as old as the oldest of them.
          if (stamp && !(seen && seen.offset < stamp.offset)) seen = stamp
          return response
        })
        const reached = position()
        // A stamp of another life of the stream cannot be compared; where the stream was at the start still can.
        if (seen && (!reached || seen.epoch === reached.epoch)) from = seen
        result = fold({ base: data, at: from, stale: false }, log, reducers())
        return shown(result.base, predictions.values(), reducers()) as typeof data
      } finally {
        schedule()
      }
    },
    fetched() {
      if (!result) return
      ;({ base, at, stale } = result)
      result = undefined
      skipped = false
    },
    predict(of, change) {
      if (of !== name) return
      if (!predictions.size) base = query.state.data
      predictions.set(change.meta.id, change)
      write()
    },
    settle(id, succeeded) {
      if (succeeded) {
        setTimeout(() => {
          if (predictions.delete(id)) stale = true
          schedule()
        }, OVERDUE_MS)
        return
      }
      if (predictions.delete(id)) write()
      // What settled it was another's skip, or its answer was lost.
      else if (skipped) stale = true
      schedule()
    },
  }
}
