import type {
  DataTag, DefaultError, GetNextPageParamFunction, GetPreviousPageParamFunction, InfiniteData, QueryFunctionContext, QueryKey, UnusedSkipTokenInfiniteOptions, UseInfiniteQueryOptions,
} from '@tanstack/react-query'
import type { KindOf, RoomName } from 'rooms-protocol'
import { paging } from './paging.js'
import type { Seen } from './query-feed.js'
import type { Reducers } from './reducers.js'
import { roomQuery, type Freshness } from './room-query.js'

type Passed<F, E, D, Key extends QueryKey, P> = Pick<
  UseInfiniteQueryOptions<F, E, D, Key, P>,
  'queryKey' | 'select' | 'enabled' | 'retry' | 'meta' | 'gcTime' | 'placeholderData' | 'maxPages'
>

// `queryFn` stands before `on`: TypeScript infers the pages from the first and checks the second with them.
export interface RoomInfiniteQueryOptions<N extends RoomName, F, E, D, Key extends QueryKey, P> extends Passed<F, E, D, Key, P>, Freshness {
  /** The room whose events change these pages. */
  room: N
  initialPageParam: P
  /**
   * How items and pages follow each other. `chat` (default): the first page is the newest, and each reads from old to new;
   * `feed`: newest first throughout; `log`: oldest first throughout.
   */
  order?: 'chat' | 'feed' | 'log'
  /** Fetches a page; pass the response through `seen`, so that the events around it are neither lost nor applied twice. */
  queryFn: (context: QueryFunctionContext<Key, P> & Seen) => F | Promise<F>
  getNextPageParam: GetNextPageParamFunction<P, NoInfer<F>>
  getPreviousPageParam?: GetPreviousPageParamFunction<P, NoInfer<F>>
  /** What each event does to the pages. Words patch pages that are lists of items; pages of another shape need a function, or are refetched. */
  on: Reducers<KindOf<N>, InfiniteData<NoInfer<F>, P>>
}

export type RoomInfiniteQuery<F, E, D, Key extends QueryKey, P> =
  UnusedSkipTokenInfiniteOptions<F, E, D, Key, P> & { queryKey: DataTag<Key, InfiniteData<F, P>, E>; room: RoomName }

/**
 * `roomQuery` for data in pages, such as the history of a chat: options for `useInfiniteQuery` and its kin, once the query
 * client is attached. An item is changed on whichever page it is; `upsert` adds what is on none to the newest page, once that is
 * loaded, so let events about old items say `update`. Let a page's param name an item, not a number of items: numbers
 * shift when something is added.
 *
 * @example
 * const messagesQuery = (chat: string) => roomInfiniteQuery({
 *   room: `chat:${chat}`, queryKey: ['messages', chat], initialPageParam: '',
 *   queryFn: async ({ pageParam, signal, seen }): Promise<Message[]> =>
 *     seen(await fetch(`/chats/${chat}/messages?before=${pageParam}`, { signal })).json(),
 *   getNextPageParam: (older) => older[0]?.id,
 *   on: { message: 'upsert' },
 * })
 */
export function roomInfiniteQuery<N extends RoomName, F, E = DefaultError, P = unknown, D = InfiniteData<F, P>, const Key extends QueryKey = QueryKey>(
  options: RoomInfiniteQueryOptions<N, F, E, D, Key, P>,
): RoomInfiniteQuery<F, E, D, Key, P> {
  return { ...roomQuery(options as never), paging } as unknown as RoomInfiniteQuery<F, E, D, Key, P>
}
