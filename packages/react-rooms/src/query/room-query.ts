import type { DataTag, DefaultError, Query, QueryFunctionContext, QueryKey, UnusedSkipTokenOptions, UseQueryOptions } from '@tanstack/react-query'
import type { KindOf, RoomName } from 'rooms-protocol'
import { feedOf } from './attach-query-client.js'
import type { Seen } from './query-feed.js'
import type { Reducers } from './reducers.js'

type Passed<F, E, D, Key extends QueryKey> = Pick<UseQueryOptions<F, E, D, Key>, 'queryKey' | 'select' | 'enabled' | 'retry' | 'meta' | 'gcTime' | 'placeholderData'>

export interface Freshness {
  /** How long the data stays fresh without its room, in ms. Default 0. With the room it is always fresh. */
  staleTime?: number
  /**
   * How often to fetch, in ms, while the connection is lost or the room refused; a fetch that fails is tried less and less
   * often, down to once a minute. Ends when the room recovers. Default 0: never.
   */
  pollMs?: number
}

// `queryFn` stands before `on`: TypeScript infers the data from the first and checks the second with it.
export interface RoomQueryOptions<N extends RoomName, F, E, D, Key extends QueryKey> extends Passed<F, E, D, Key>, Freshness {
  /** The room whose events change this data. */
  room: N
  /** Fetches the data; pass the response through `seen`, so that the events around it are neither lost nor applied twice. */
  queryFn: (context: QueryFunctionContext<Key> & Seen) => F | Promise<F>
  /** What each event does to the data. */
  on: Reducers<KindOf<N>, NoInfer<F>>
}

export type RoomQuery<F, E, D, Key extends QueryKey> = UnusedSkipTokenOptions<F, E, D, Key> & { queryKey: DataTag<Key, F, E>; room: RoomName }

/**
 * Options for `useRoomQuery`, or for any hook of React Query once the query client is attached: fetched once, then kept
 * equal to the server by the events of a room.
 *
 * @example
 * const ordersQuery = (me: string) => roomQuery({
 *   room: `user:${me}`, queryKey: ['orders', me],
 *   queryFn: async ({ signal, seen }): Promise<Order[]> => seen(await fetch('/orders', { signal })).json(),
 *   on: { 'order.updated': 'upsert' },
 * })
 */
export function roomQuery<N extends RoomName, F, E = DefaultError, D = F, const Key extends QueryKey = QueryKey>(
  options: RoomQueryOptions<N, F, E, D, Key>,
): RoomQuery<F, E, D, Key> {
  const { queryFn, staleTime = 0, pollMs = 0 } = options
  return {
    ...options,
    staleTime: (query: object) => (isRecovering(query) ? Infinity : staleTime),
    // The room recovers what was missed; React Query would fetch before it had the chance.
    refetchOnReconnect: false,
    refetchOnWindowFocus: (query: object) => !isRecovering(query),
    // What fails is asked less and less often, down to once a minute.
    refetchInterval: (query: Query) => !!pollMs && !isRecovering(query)
      && (query.state.status === 'error' ? Math.max(pollMs, Math.min(60_000, Date.now() - query.state.dataUpdatedAt)) : pollMs),
    queryFn: (context: QueryFunctionContext<Key>) => {
      const feed = feedOf(context.client.getQueryCache().find({ queryKey: context.queryKey }))
      // Added to the context itself: a copy would read `signal`, and reading it tells React Query that it is used.
      const run = (seen: Seen['seen']): F | Promise<F> => queryFn(Object.assign(context, { seen }))
      return feed ? feed.fetch(run) : run((response) => response)
    },
  } as unknown as RoomQuery<F, E, D, Key>
}

function isRecovering(query: object): boolean | undefined {
  return feedOf(query)?.recovering()
}
