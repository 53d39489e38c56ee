import type { RoomHandle, RoomView } from '../client/room-handle.js'
import type { AnyRoom } from '../client/room.js'

/** What the hooks watch; every handle an application can get is a `RoomHandle`. */
export const viewOf = (room: AnyRoom): RoomView => (room as RoomHandle).view
