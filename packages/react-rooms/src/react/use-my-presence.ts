import type { Kind, StateOf } from 'rooms-protocol'
import type { RoomHandle } from '../client/room-handle.js'
import type { AnyRoom, Room } from '../client/room.js'
import { useSelected } from './use-selected.js'

/**
 * This connection's presence state and a stable function that merges into it. Shown here at once, told to the server at
 * most every `presenceThrottleMs`; the last value wins and is told again at each join.
 *
 * @example const [mine, patch] = useMyPresence(room); patch({ status: 'away' })
 */
export const useMyPresence = <K extends Kind>(room: Room<K>): [StateOf<K> | null, (patch: Partial<StateOf<K>>) => void] => {
  const state = useSelected((room as AnyRoom as RoomHandle).ownView, null)
  return [state as StateOf<K> | null, room.setState]
}
