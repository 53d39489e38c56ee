import type { AnyRoom, RoomStatus } from '../client/room.js'
import { useSelected } from './use-selected.js'

/** Where the room stands: `joining`, `live`, `catching-up`, `paused`, `refused` or `left`. */
export const useRoomStatus = (room: AnyRoom): RoomStatus => useSelected({ get: room.status, subscribe: room.subscribe }, 'joining')
