import type { Kind, StateOf } from 'rooms-protocol'
import { useCallback, useSyncExternalStore } from './react.js'
import type { Room } from '../client/room.js'
import { viewOf } from './view-of.js'

const initial = (): unknown => null

/**
 * This connection's presence state and a stable function that merges into it. Shown here at once, told to the server at
 * most every `presenceThrottleMs`; the last value wins and is told again at each join.
 *
 * @example const [mine, patch] = useMyPresence(room); patch({ status: 'away' })
 */
export function useMyPresence<K extends Kind>(room: Room<K>): [StateOf<K> | null, (patch: Partial<StateOf<K>>) => void] {
  const { own } = viewOf(room)
  const state = useSyncExternalStore(own.subscribe, own.get, initial)
  return [state as StateOf<K> | null, useCallback((patch) => room.setState(patch), [room])]
}
