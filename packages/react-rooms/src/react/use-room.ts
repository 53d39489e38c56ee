import type { KindOf, RoomName, StateOf } from 'rooms-protocol'
import { React } from './react.js'
import type { HoldOptions, Room } from '../client/room.js'
import { useRoomsClient } from './provider.js'
import { useLatest } from './use-latest.js'

/**
 * Holds a room while the component is mounted and returns its handle, the same object for the same name. Another name
 * gives another handle at once; what was queued for the old room rejects with `RoomChangedError`. `null` holds nothing:
 * its handle has status `left` and hears nothing. Options count as they are when the room is first held.
 *
 * @example const room = useRoom(me ? `user:${me.id}` : null)
 */
export const useRoom = <N extends RoomName>(name: N | null | undefined, options?: HoldOptions<StateOf<KindOf<N>>>): Room<KindOf<N>> => {
  const client = useRoomsClient()
  const latest = useLatest(options)
  // The empty name is the room nobody can be in.
  const held = (name ?? '') as N
  React.useEffect(() => client.retain(held, latest.current as HoldOptions<never>), [client, held, latest])
  return client.room(held)
}
