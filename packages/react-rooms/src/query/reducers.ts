import type { EventData, EventName } from 'rooms-protocol'
import type { EventMeta } from '../client/room.js'
import type { Paging } from './paging.js'

/** What an event does to the item with its `id`: replace or add it, replace it if it is there, take it out. */
export type Word = 'upsert' | 'update' | 'remove'

/**
 * What an event does to a query's data: what a word says of the item with the event's `id`, refetch, or whatever a function
 * returns. A function that returns `undefined` cannot tell, and the query is refetched.
 */
export type Reducer<D, Ev> = 'invalidate' | Word | ((data: D, event: Ev, meta: EventMeta) => D | undefined)
export type Reducers<K, D> = { readonly [E in EventName<K>]?: Reducer<D, EventData<K, E>> }

/** Reducers as the cache keeps them, when the types of data and events are behind it. */
export type AnyReducers = Readonly<Record<string, Reducer<unknown, unknown> | undefined>>

type Item = { readonly id?: unknown } | null | undefined

/** One event, real or predicted, that may change data. */
export interface Change {
  readonly event: string
  readonly data?: unknown
  readonly meta?: EventMeta
}

/** The event that stands for one nobody told this connection. */
export const UNTOLD = ''

/** What an application said of how events change a query. */
export interface Rules {
  readonly on: AnyReducers
  /** Missing where the data is fetched in one go. */
  readonly paging?: Paging
}

/** The data after a change; `undefined` when it cannot be told from the data and the change alone. Never mutates. */
export function reduce(data: unknown, { event, data: item, meta }: Change, rules: Rules): unknown {
  const reducer = rules.on[event]
  try {
    return !reducer ? data
      : reducer === 'invalidate' ? undefined
        : typeof reducer === 'function' ? reducer(data, item, meta!) : (rules.paging?.amend ?? splice)(data, item, reducer, rules)
  } catch (error) {
    // The refetch repairs the data; the mistake is reported as React Query reports those of callbacks.
    return void Promise.reject(error)
  }
}

/**
 * Does what the word says to the item with that `id`. Data that is one item is replaced when the ids agree and not touched
 * by others; data of any other shape cannot be patched: `undefined`.
 */
export function splice(data: unknown, item: unknown, word: Word): unknown {
  const id = (item as Item)?.id
  const list = [data].flat() as Item[]
  let unknown = id === undefined
  const index = list.findIndex((held) => {
    unknown ||= held?.id === undefined
    return held?.id === id
  })
  if (unknown) return undefined
  if (index < 0) return word === 'upsert' && Array.isArray(data) ? [...list, item] : data
  list.splice(index, 1, ...(word === 'remove' ? [] : [item as Item]))
  return Array.isArray(data) ? list : list[0]
}
