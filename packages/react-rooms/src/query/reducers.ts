import type { EventData, EventName } from 'rooms-protocol'
import type { EventMeta } from '../client/room.js'

/**
 * What an event does to a query's data: replace or append the item with the event's `id`, take it out, refetch, or
 * whatever a function returns. A function that returns `undefined` cannot tell, and the query is refetched.
 */
export type Reducer<D, Ev> = 'invalidate' | 'upsert' | 'remove' | ((data: D, event: Ev, meta: EventMeta) => D | undefined)
export type Reducers<K, D> = { readonly [E in EventName<K>]?: Reducer<D, EventData<K, E>> }

/** Reducers as the cache keeps them, when the types of data and events are behind it. */
export type AnyReducers = Readonly<Record<string, Reducer<unknown, unknown> | undefined>>

/** One event, real or predicted, that may change data. */
export interface Change {
  readonly event: string
  readonly data: unknown
  readonly meta: EventMeta
}

/** The data after a change; `undefined` when it cannot be told from the data and the change alone. Never mutates. */
export function reduce(data: unknown, { event, data: item, meta }: Change, on: AnyReducers): unknown {
  // `on` is the application's object: an event may be called like something every object has.
  const reducer = Object.hasOwn(on, event) && on[event]
  if (!reducer) return data
  if (reducer === 'invalidate') return undefined
  if (typeof reducer === 'string') return splice(data, idOf(item), reducer === 'upsert' ? [item] : [])
  try {
    return reducer(data, item, meta)
  } catch (error) {
    // The refetch repairs the data; the mistake is reported as React Query reports those of callbacks.
    void Promise.reject(error)
    return undefined
  }
}

/**
 * Puts `items` (one or none) where the item with that `id` is, or at the end. Data that is one item is replaced when
 * the ids agree and not touched by others; data of any other shape cannot be patched: `undefined`.
 */
export function splice(data: unknown, id: unknown, items: readonly unknown[]): unknown {
  if (id === undefined) return undefined
  if (!Array.isArray(data)) return idOf(data) === id ? items[0] : idOf(data) === undefined ? undefined : data
  const index = data.findIndex((held) => idOf(held) === id)
  if (index < 0) return items.length ? [...data, ...items] : data
  return data.toSpliced(index, 1, ...items)
}

export function idOf(value: unknown): unknown {
  return (value as { id?: unknown } | null | undefined)?.id
}
