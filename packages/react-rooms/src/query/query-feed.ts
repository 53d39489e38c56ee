import type { Query } from '@tanstack/react-query'
import type { RoomName } from 'rooms-protocol'
import type { RoomsClient } from '../client/rooms-client.js'
import { atNextFrame } from './at-next-frame.js'
import { lead } from './lead.js'
import { reduce, UNTOLD, type Change, type Rules } from './reducers.js'

export interface Seen {
  /** Notes the `Rooms-Position` header of a response, and gives the response back. */
  seen<R extends { headers: { get(name: string): string | null } }>(response: R): R
}

/** Keeps one query of a cache equal to the server by what its room says, while somebody observes it who is not `enabled: false`. */
export interface QueryFeed {
  /** Whether what the query misses can still come through the room: while it can, nothing needs to be fetched again. */
  recovering(): boolean
  /** Opens the room, or closes it when nobody observes the query any more, or only disabled; with `false` for good. */
  attend(attached?: boolean): void
  /** Runs a query function, and notes which place of the stream its result stands at. */
  fetch<F>(queryFn: (seen: Seen['seen']) => F | Promise<F>): Promise<F>
  /**
   * Shows what a mutation's event will do, until it comes or the mutation fails; for feeds of that room. Returns what
   * is to be told whether the mutation succeeded.
   */
  foresee(room: string, id: string, change: Change): ((succeeded: boolean) => void) | undefined
}

/** One place of the room's stream, and what happened there. */
interface Heard extends Change {
  readonly position: string
}

export function queryFeed(client: RoomsClient, query: Query, name: string): QueryFeed {
  /** After a reset every client of a room wants the same data: they ask within this time, not at once. */
  const JITTER_MS = 2_000
  /** Least time between two refetches that the room asks for. */
  const WINDOW_MS = 300
  /** How long the room may owe the event of a mutation that succeeded. */
  const OVERDUE_MS = 5_000
  const { clock } = client
  const { setData } = query
  const room = client.room(name as RoomName)
  const predictions = new Map<string, Change>()
  /** Whatever an observer said of an event counts, the last most; an event may be called like something every object has. */
  const on = { __proto__: null, [UNTOLD]: 'invalidate' } as object as Rules['on']
  /** Predictions whose event did not come, or could not be written: shown until a fetch says what became of them. */
  const missed = new Set<string | undefined>()
  /** Where the results of query functions stand that the cache did not take yet. */
  const fetched = new Map<unknown, string | null>()
  /** The data as the server said it, events folded in, predictions not. */
  let base: unknown
  /** The position it stands at, of each page where there are several; none where nobody knows. */
  let places: (string | null | undefined)[] = [null]
  /** Something happened that only a refetch can show. */
  let stale = false
  /** A page was asked for from what predictions show: if one fails, pages may overlap. */
  let torn = false
  /** Said since the last flush, or longer while the query is being fetched. */
  let log: Heard[] = []
  /** Whether the room was recoverable when last looked at. */
  let recoverable = true
  /** What keeps from fetching now. */
  let holds = 0
  let attached = true
  /** Joins before the room may be asked for what is missing again: the one that answers, and the next, which lost that answer or part of it. */
  let joins = 0
  let offs: (() => void)[] = []

  const rules = (): Rules => ({ ...query.options, on })
  const after = (data: unknown, change: Change): unknown => reduce(data, change, rules())
  const show = (): unknown => [...predictions.values()].reduce((data, change) => after(data, change) ?? data, base)
  const write = (): void => {
    const { data, isInvalidated } = query.state
    if (data === undefined) return
    // `setData` would clear the mark, and with it the refetch that is still owed; also in what a cancelled fetch goes back to.
    if (isInvalidated) query.setState({ data: show() })
    else query.setData(show(), { manual: true })
  }
  const hold = (ms: number): void => {
    holds++
    clock.after(ms, () => {
      holds--
      schedule()
    })
  }

  /**
   * Folds what directly follows into each page of the data. What is older is in it already; behind a gap nothing may be
   * applied, because the missing part will bring it again; and onto data of unknown position nothing at all.
   */
  const fold = (): void => {
    for (const heard of log) {
      const leads = places.map((place) => lead(place, heard.position))
      places = places.map((place, index) => (leads[index] === 1 ? heard.position : place))
      // Behind a gap an event is not in the data yet: its prediction stays until the event comes again.
      if (!leads.some((ahead) => ahead > 1)) predictions.delete(heard.meta?.id as string)
      if (!leads.includes(1)) continue
      const next = after(base, heard)
      if (next === undefined) stale = true
      else base = rules().paging?.mix(next, base, leads) ?? next
    }
  }

  const flush = (): void => {
    const { data, isInvalidated, fetchStatus } = query.state
    // Asked of the cache, not counted here: a query function that was cancelled may never end.
    const idle = fetchStatus === 'idle'
    const patchable = data !== undefined && !isInvalidated
    let lapsed = false
    base ??= data
    if (patchable) {
      fold()
      // Also over what was hydrated meanwhile: while the room can be heard, it knows which is newer.
      if (recoverable && show() !== data) write()
    }
    if (offs[0] && recoverable !== (recoverable = room.recoverable())) {
      // How stale the data is, and whether it is polled, are functions of this.
      query.setState({})
      lapsed = !recoverable && query.isStale()
    }
    if (patchable) {
      const reached = room.position()
      stale ||= places.some((place) => (reached ? isNaN(lead(place, reached)) : lapsed && !place))
      const from = places.find((place) => !reached || lead(place, reached) > 0)
      if (!from) joins = 0
      else if (offs[0] && !joins) {
        joins = 2
        room.rejoinFrom(from)
      }
    }
    // Nothing may be written, and what was said would be lost: fetch it, unless that is being done.
    else for (const { meta } of log) {
      stale = true
      if (idle) missed.add(meta?.id)
    }
    if (idle) log = []
    if (stale && idle && !holds) {
      // From here on the cache's own mark says it: a fetch that fails is not asked for again and again.
      stale = false
      query.invalidate()
      hold(WINDOW_MS)
      if (query.isActive()) query.fetch().catch(() => {})
    }
    if (!query.isActive()) attend()
  }
  // Detached, it has nothing more to do: another feed may have this query by now.
  const schedule = atNextFrame(() => attached && flush())

  /** The cache takes what was fetched; pages it held already go on with what was said meanwhile. */
  const take = (data: unknown): unknown => {
    let kept
    ;[base, places, kept] = rules().paging?.merge(data, base, places, fetched) ?? [data, [fetched.get(data)], false]
    stale = kept && (stale || query.state.isInvalidated)
    torn &&= kept
    fetched.clear()
    if (!kept) for (const id of missed) predictions.delete(id!)
    fold()
    return show()
  }
  query.setData = (data, options) => {
    if (!options?.manual) data = take(data)
    // As the cache keeps it, which shares what did not change.
    data = setData.call(query, data, options)
    if (!predictions.size) base = data
    return data
  }

  const attend = (still = attached): unknown => {
    attached = still
    Object.assign(on, (query.options as Partial<Rules>).on)
    if (!still) query.setData = setData
    // A mutation under way still needs to hear its event.
    if (!still || (!query.isActive() && [...predictions.keys()].every((id) => missed.has(id)))) return offs.splice(0).forEach((off) => off())
    // Predictions make new data of the same each time: to look at what they wrote would write it again.
    if (offs[0]) return predictions.size || schedule()
    joins = 0
    offs = [
      room.subscribe(schedule),
      client.subscribe(schedule),
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
        hold(clock.random() * JITTER_MS)
      }),
      room.onAny((delivery) => {
        // A skip with the id of a prediction is what was predicted.
        log.push({ event: UNTOLD, ...predictions.get((delivery as { id?: string }).id!), ...delivery })
        schedule()
      }),
    ]
    // Before the room is joined, so that it is joined from where the data stands.
    flush()
  }

  return {
    recovering: () => !!offs[0] && room.recoverable(),
    attend,
    async fetch(queryFn) {
      if (query.state.fetchMeta?.fetchMore) torn ||= predictions.size > 0
      let from = room.position()
      let seen: string | undefined
      try {
        const page = await queryFn((response) => {
          const [of, stamp] = (response.headers.get('rooms-position') ?? '').split('=')
          // Data made of several responses is as old as the oldest of them.
          if (of === name && !(lead(seen, stamp) > 0)) seen = stamp
          return response
        })
        // A stamp of another life of the stream cannot be compared; where the stream was at the start still can.
        if (seen && (!from || lead(from, seen) > -Infinity)) from = seen
        fetched.set(page, from)
        return page
      } finally {
        schedule()
      }
    },
    foresee(of, id, change) {
      if (of !== name) return
      base ??= query.state.data
      predictions.set(id, change)
      write()
      const miss = (): void => {
        if (!predictions.has(id)) return
        // Its event may be among what the room is about to bring.
        if (room.recoverable() && room.status() !== 'live') return void clock.after(OVERDUE_MS, miss)
        stale = true
        missed.add(id)
        schedule()
      }
      return (succeeded) => {
        if (succeeded) clock.after(OVERDUE_MS, miss)
        else if (predictions.delete(id)) {
          stale ||= torn
          write()
        }
        schedule()
      }
    },
  }
}
