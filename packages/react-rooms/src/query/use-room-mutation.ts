import type { DefaultError, MutationFunctionContext, UseMutationOptions, UseMutationResult } from '@tanstack/react-query'
import type { EventData, EventName, Kind } from 'rooms-protocol'
import { randomId } from '../client/random-id.js'
import type { EventMeta, Room } from '../client/room.js'
import { feedOf } from './attach-query-client.js'
import { useMutation, useQueryClient } from './react-query.js'

export type Predicted<K> = { [E in EventName<K>]: { event: E; data: EventData<K, E> } }[EventName<K>]

export interface RoomMutationOptions<K extends Kind, TData, TError, TVars> extends Omit<UseMutationOptions<TData, TError, TVars>, 'mutationFn'> {
  /** Does the change. Send `headers` with it, or `id` as the publish id, so that the event it makes is known as this mutation's. */
  mutationFn: (variables: TVars, context: Call) => Promise<TData>
  /** The event the server will send: shown at once in every query the room feeds, until the event comes or the mutation fails. */
  predict?: (variables: TVars, context: { id: string }) => Predicted<K> | undefined
}

/** What a call of `mutate` carries; React Query passes one context to all its callbacks and retries. */
type Call = MutationFunctionContext & { id: string; headers: Record<string, string>; settle: (((succeeded: boolean) => void) | undefined)[] }

/**
 * `useMutation` for a change that a room announces: its prediction shows at once, other people's events go below it, and
 * nothing has to be rolled back by hand. The query client must be attached.
 *
 * @example
 * const add = useRoomMutation(useRoom(`todo:${list}`), {
 *   mutationFn: (text: string, { id, headers }) => api.post('/todos', { id, text }, { headers }),
 *   predict: (text, { id }) => ({ event: 'todo.upserted', data: { id, text, done: false } }),
 * })
 */
export function useRoomMutation<K extends Kind, TData, TError = DefaultError, TVars = void>(
  room: Room<K>, options: RoomMutationOptions<K, TData, TError, TVars>,
): UseMutationResult<TData, TError, TVars> {
  const cache = useQueryClient().getQueryCache()
  return useMutation<TData, TError, TVars>({
    ...(options as UseMutationOptions<TData, TError, TVars>),
    onMutate: (variables, context) => {
      const id = randomId()
      const connection = room.connectionId()
      const predicted = options.predict?.(variables, { id })
      Object.assign(context, {
        id,
        headers: { 'Rooms-Event-Id': id, ...(connection && { 'Rooms-Connection': connection }) },
        settle: cache.getAll().map((query) => predicted && feedOf(query)?.foresee(room.name, id, { ...predicted, meta: { id, offset: 0, at: Date.now(), replayed: false } as EventMeta })),
      })
      return options.onMutate?.(variables, context)
    },
    onSettled: (...args) => {
      // Missing where `predict` threw.
      (args[4] as Partial<Call>).settle?.forEach((settle) => settle?.(!args[1]))
      return options.onSettled?.(...args)
    },
  })
}
