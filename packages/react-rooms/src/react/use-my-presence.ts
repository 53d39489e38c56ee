import type { Kind, StateOf } from 'rooms-protocol'
import type { Room } from '../client/room.js'
import { useSelected } from './use-selected.js'
import { viewOf } from './view-of.js'

/**
 * This connection's presence state and a stable function that merges into it. Shown here at once, told to the server at
 * most every `presenceThrottleMs`; the last value wins and is told again at each join.
 *
 * @example const [mine, patch] = useMyPresence(room); patch({ status: 'away' })
 */
export const useMyPresence = <K extends Kind>(room: Room<K>): [StateOf<K> | null, (patch: Partial<StateOf<K>>) => void] => {
  const state = useSelected(viewOf(room).own, null)
  return [state as StateOf<K> | null, room.setState]
}
