import type { Query, QueryClient } from '@tanstack/react-query'
import type { RoomsClient } from '../client/rooms-client.js'
import { queryFeed, type QueryFeed } from './query-feed.js'

const attached = new WeakMap<QueryClient, { readonly client: RoomsClient; readonly letGo: () => void }>()
const feeds = new WeakMap<object, QueryFeed>()

/**
 * Makes every `roomQuery` of a query client live: also in plain `useQuery`, `useSuspenseQuery` and `useQueries`. Call it
 * once, where both clients are made. Returns the detach; attaching the same two again gives the same one, and another
 * client takes the place of the first.
 *
 * @example
 * const client = createRoomsClient({ url: '', getToken: () => auth.token() })
 * attachQueryClient(client, queryClient)
 */
export function attachQueryClient(client: RoomsClient, queryClient: QueryClient): () => void {
  const before = attached.get(queryClient)
  if (before?.client === client) return before.letGo
  before?.letGo()
  const cache = queryClient.getQueryCache()
  const observe = (query: Query): void => {
    const { room } = query.options as { room?: string }
    if (room && !feeds.has(query)) feeds.set(query, queryFeed(client, query, room))
    feeds.get(query)?.attend()
  }
  cache.getAll().forEach(observe)
  const unsubscribe = cache.subscribe(({ query }) => observe(query))
  const attachment = {
    client,
    letGo() {
      // Another took its place: what is there now is not ours.
      if (attached.get(queryClient) !== attachment) return
      unsubscribe()
      attached.delete(queryClient)
      for (const query of cache.getAll()) {
        feeds.get(query)?.attend(false)
        feeds.delete(query)
      }
    },
  }
  attached.set(queryClient, attachment)
  return attachment.letGo
}

/** The feed of a query; undefined when no room feeds it, or it is in a cache that is not attached. */
export function feedOf(query: object | undefined): QueryFeed | undefined {
  return feeds.get(query!)
}
