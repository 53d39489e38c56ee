import type { EventData, EventName } from 'rooms-protocol'
import type { EventMeta } from '../client/room.js'
import { mapPages, type Paged } from './pages.js'

/** What an event does to the item with its `id`: replace or add it, replace it if it is there, take it out. */
type Word = 'upsert' | 'update' | 'remove'

/**
 * What an event does to a query's data: what a word says of the item with the event's `id`, refetch, or whatever a function
 * returns. A function that returns `undefined` cannot tell, and the query is refetched.
 */
export type Reducer<D, Ev> = 'invalidate' | Word | ((data: D, event: Ev, meta: EventMeta) => D | undefined)
export type Reducers<K, D> = { readonly [E in EventName<K>]?: Reducer<D, EventData<K, E>> }

/** Reducers as the cache keeps them, when the types of data and events are behind it. */
export type AnyReducers = Readonly<Record<string, Reducer<unknown, unknown> | undefined>>

/** One event, real or predicted, that may change data. */
export interface Change {
  readonly event: string
  readonly data?: unknown
  readonly meta?: EventMeta
}

/** The event that stands for one nobody told this connection. */
export const UNTOLD = ''

/** Where a new item goes among several pages. */
export interface Newest {
  /** The page that holds the newest items. Default `first`: pages go back in time. */
  readonly newestPage?: 'first' | 'last'
  /** Where in a page its newest item stands. Default `last`: a page reads from old to new. */
  readonly newestItem?: 'first' | 'last'
}

type PageParamOf = (page: unknown, pages: readonly unknown[], param: unknown, params: readonly unknown[]) => unknown

/** What an application said of the pages of a query. */
interface Paging extends Newest {
  readonly getNextPageParam?: PageParamOf
  readonly getPreviousPageParam?: PageParamOf
}

/** What an application said of how events change a query. */
export interface Rules extends Paging {
  readonly on: AnyReducers
}

/** The data after a change; `undefined` when it cannot be told from the data and the change alone. Never mutates. */
export function reduce(data: unknown, { event, data: item, meta }: Change, rules: Rules): unknown {
  const reducer = rules.on[event]
  try {
    return !reducer ? data
      : reducer === 'invalidate' ? undefined
        : typeof reducer === 'function' ? reducer(data, item, meta!) : splice(data, item, reducer, rules)
  } catch (error) {
    // The refetch repairs the data; the mistake is reported as React Query reports those of callbacks.
    return void Promise.reject(error)
  }
}

/**
 * Does what the word says to the item with that `id`, on whichever page it is; a new one goes where new ones go. Data that
 * is one item is replaced when the ids agree and not touched by others; data of any other shape cannot be patched: `undefined`.
 */
export function splice(data: unknown, item: unknown, word: Word, rules: Paging): unknown {
  const id = idOf(item)
  const items = word === 'remove' ? [] : [item]
  let unknown = id === undefined
  let found = false
  const replaced = mapPages(data, (page) => {
    const list = [page].flat()
    const index = list.findIndex((held) => {
      unknown ||= idOf(held) === undefined
      return idOf(held) === id
    })
    if (index < 0) return page
    found = true
    list.splice(index, 1, ...items)
    return Array.isArray(page) ? list : list[0]
  })
  if (unknown) return undefined
  if (found || word !== 'upsert') return found ? replaced : data
  const { pages = [], pageParams = [] } = data as Partial<Paged>
  const isLast = rules.newestPage === 'last'
  const newest = isLast ? pages.length - 1 : 0
  // What is newer than the newest page held comes with the pages between.
  const beyond = (isLast ? rules.getNextPageParam : rules.getPreviousPageParam)?.(pages[newest], pages, pageParams[newest], pageParams)
  return mapPages(data, (page, index) =>
    index !== newest || beyond != null || !Array.isArray(page) ? page : rules.newestItem === 'first' ? [...items, ...page] : [...page, ...items])
}

function idOf(value: unknown): unknown {
  return (value as { id?: unknown } | null | undefined)?.id
}
