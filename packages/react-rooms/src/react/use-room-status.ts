import { useSyncExternalStore } from './react.js'
import type { AnyRoom, RoomStatus } from '../client/room.js'
import { viewOf } from './view-of.js'

const initial = (): RoomStatus => 'joining'

/** Where the room stands: `joining`, `live`, `catching-up`, `paused`, `refused` or `left`. */
export function useRoomStatus(room: AnyRoom): RoomStatus {
  const { status } = viewOf(room)
  return useSyncExternalStore(status.subscribe, status.get, initial)
}
