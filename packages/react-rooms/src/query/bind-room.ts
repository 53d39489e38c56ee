import { notifyManager, type dataTagSymbol, type Query, type QueryClient, type QueryKey } from '@tanstack/react-query'
import type { EventData, EventName, Kind } from 'rooms-protocol'
import type { Delivery, EventMeta, Room } from '../client/room.js'
import { atNextFrame } from './at-next-frame.js'
import { refetch } from './refetch.js'
import { splice, type Rules } from './reducers.js'

type DataOf<Key> = Key extends { [dataTagSymbol]: infer D } ? D : unknown
type ItemOf<Key> = DataOf<Key> extends readonly (infer I)[] ? I : never

type AnyHandlers = Readonly<Record<string, (data: unknown, cache: RoomCache, meta: EventMeta) => void>>

/** Changes cached data that exists and is not invalidated; otherwise invalidates. Writes wait for the next frame. */
export interface RoomCache {
  /** Replaces the data; `undefined` cannot tell, and the query is refetched. */
  set<Key extends QueryKey>(key: Key, update: (data: DataOf<Key>) => DataOf<Key> | undefined): void
  /** Replaces the item with the same `id`, or appends it. */
  upsert<Key extends QueryKey>(key: Key, item: ItemOf<Key>): void
  /** Takes out the item with that `id`. */
  remove(key: QueryKey, id: string): void
  /** Refetches; with other invalidations of the same key at most twice in 300 ms. */
  invalidate(key: QueryKey): void
}

/**
 * Connects a room to a cache by hand, where one event changes several queries or a query is no `roomQuery`. Without
 * positions: a fetch that runs while an event changes its query is started again. A reset refetches the keys that events
 * have changed; for others there is `onReset`. Holds the room until the returned function is called.
 *
 * @example
 * const stop = bindRoom(client.room('todo:home'), queryClient, {
 *   'todo.upserted': (todo, cache) => { cache.upsert(['todos', 'home'], todo); cache.invalidate(['counts']) },
 * })
 */
export function bindRoom<K extends Kind>(
  room: Room<K>, queryClient: QueryClient, on: { [E in EventName<K>]?: (data: EventData<K, E>, cache: RoomCache, meta: EventMeta) => void },
): () => void {
  /** After a reset every client of a room asks within this time, not at once. */
  const JITTER_MS = 2_000
  const queries = queryClient.getQueryCache()
  /** Hashes of the keys that events changed. Their queries come and go. */
  const touched = new Set<string>()
  const due: Extract<Delivery, { type: 'event' }>[] = []

  const change = (key: QueryKey, update: (data: unknown, rules: Rules) => unknown): void => {
    const { queryHash } = queryClient.defaultQueryOptions({ queryKey: key })
    touched.add(queryHash)
    const query = queries.get(queryHash)
    if (!query) return
    const { data, isInvalidated, fetchStatus } = query.state
    const next = data === undefined || isInvalidated ? undefined : update(data, query.options as object as Rules)
    if (next !== undefined) query.setData(next, { manual: true })
    const ask = (): void => refetch(query)
    // A first fetch ignores invalidation (TanStack/query#8530): ask when it is over.
    if (data === undefined && fetchStatus === 'fetching') void query.promise?.then(ask, ask)
    else if (next === undefined || fetchStatus === 'fetching') ask()
  }
  const cache: RoomCache = {
    set: (key, update) => change(key, update as (data: unknown) => unknown),
    upsert: (key, item) => change(key, (data, rules) => (rules.paging?.amend ?? splice)(data, item, 'upsert', rules)),
    remove: (key, id) => change(key, (data, rules) => (rules.paging?.amend ?? splice)(data, { id }, 'remove', rules)),
    invalidate: (key) => change(key, () => undefined),
  }
  const flush = (): void => notifyManager.batch(() => {
    for (const { event, data, meta } of due.splice(0)) (on as AnyHandlers)[event]?.(data, cache, meta)
  })
  const schedule = atNextFrame(flush)
  const affected = (): Query[] => queries.getAll().filter(({ queryHash }) => touched.has(queryHash))
  const offs = [
    room.onAny((delivery) => {
      // Those that come again, for others, have been handled.
      if (delivery.type !== 'event' || delivery.again || !Object.hasOwn(on, delivery.event)) return
      due.push(delivery)
      schedule()
    }),
    room.onReset(() => {
      for (const query of affected()) query.invalidate()
      setTimeout(() => affected().forEach(refetch), Math.random() * JITTER_MS)
    }),
  ]
  return () => {
    for (const off of offs) off()
    flush()
  }
}
