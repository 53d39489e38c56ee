import type { Kind, RoomEvent } from 'rooms-protocol'
import type { EventMeta, Room } from '../client/room.js'
import { useListener } from './use-listener.js'

/**
 * Hears all events of a room as a union, without a render.
 *
 * @example useRoomEvents(room, (e) => { if (e.event === 'message') log(e.data.text) })
 */
export const useRoomEvents = <K extends Kind>(room: Room<K>, handler: (event: RoomEvent<K>, meta: EventMeta) => void): void => useListener(handler, room.onEvents)
