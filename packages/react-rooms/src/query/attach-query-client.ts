import type { Query, QueryClient, QueryKey } from '@tanstack/react-query'
import type { RoomsClient } from '../client/rooms-client.js'
import { queryFeed, type QueryFeed, type RoomsMeta } from './query-feed.js'

/** What is attached, and how it is detached. */
const attached = new WeakMap<QueryClient, () => void>()
const feeds = new WeakMap<object, QueryFeed>()

/**
 * Makes every `roomQuery` of a query client live: also in plain `useQuery`, `useSuspenseQuery` and `useQueries`. Call it
 * once, where both clients are made. Returns the detach; a query client that is attached stays so until then, and gives
 * the same detach again.
 *
 * @example
 * const client = createRoomsClient({ url: '', getToken: () => auth.token() })
 * attachQueryClient(client, queryClient)
 */
export function attachQueryClient(client: RoomsClient, queryClient: QueryClient): () => void {
  let detach = attached.get(queryClient)
  if (detach) return detach
  const cache = queryClient.getQueryCache()
  const observe = (query: Query): void => {
    const name = (query.meta?.['rooms'] as RoomsMeta | undefined)?.room
    if (name && !feeds.has(query)) feeds.set(query, queryFeed(client, query, name))
    feeds.get(query)?.observe()
  }
  cache.getAll().forEach(observe)
  const unsubscribe = cache.subscribe((event) => {
    if (event.type !== 'updated') observe(event.query)
    else if (event.action.type === 'success' && !event.action.manual) feeds.get(event.query)?.fetched()
  })
  attached.set(queryClient, (detach = () => {
    unsubscribe()
    attached.delete(queryClient)
    for (const query of cache.getAll()) {
      feeds.get(query)?.close()
      feeds.delete(query)
    }
  }))
  return detach
}

/** The feed of a query; undefined when no room feeds it, or it is in a cache that is not attached. */
export function feedOf(query: object | undefined): QueryFeed | undefined {
  return feeds.get(query!)
}

/** The query with that key. */
export function queryOf(queryClient: QueryClient, queryKey: QueryKey): Query | undefined {
  return queryClient.getQueryCache().get(queryClient.defaultQueryOptions({ queryKey }).queryHash)
}
