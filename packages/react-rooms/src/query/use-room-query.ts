import type { QueryClient, QueryKey, UseQueryResult } from '@tanstack/react-query'
import type { RoomStatus } from '../client/room.js'
import { useRoomsClient } from '../react/provider.js'
import { React } from '../react/react.js'
import { useRoomStatus } from '../react/use-room-status.js'
import { attachQueryClient } from './attach-query-client.js'
import { useQuery, useQueryClient } from './react-query.js'
import type { RoomQuery } from './room-query.js'

/**
 * `useQuery` with the status of the room that feeds the query. Attaches the query client to the client of the
 * `RoomsProvider`; where there are two, give each a query client of its own: one follows the client that came last. Do not
 * spread the result: React Query watches which of its fields are read.
 *
 * @example const { data, roomStatus } = useRoomQuery(ordersQuery(me.id))
 */
export function useRoomQuery<F, E, D, Key extends QueryKey>(options: RoomQuery<F, E, D, Key>, client?: QueryClient): UseQueryResult<D, E> & { readonly roomStatus: RoomStatus } {
  const queryClient = useQueryClient(client)
  const rooms = useRoomsClient()
  // While rendering, so that also the first fetch of a suspended component is attached; it opens nothing by itself. Not in each
  // render: components below two providers would take the cache from each other, and fetch, for ever.
  const room = React.useMemo(() => {
    attachQueryClient(rooms, queryClient)
    return rooms.room(options.room)
  }, [rooms, queryClient, options.room])
  const roomStatus = useRoomStatus(room)
  const result = useQuery(options, client)
  return new Proxy(result, { get: (target, field) => (field === 'roomStatus' ? roomStatus : target[field as 'data']) }) as UseQueryResult<D, E> & { readonly roomStatus: RoomStatus }
}
