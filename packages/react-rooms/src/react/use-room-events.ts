import type { Kind, RoomEvent } from 'rooms-protocol'
import { React } from './react.js'
import type { EventMeta, Room } from '../client/room.js'
import { useLatest } from './use-latest.js'

/**
 * Hears all events of a room as a union, without a render.
 *
 * @example useRoomEvents(room, (e) => { if (e.event === 'message') log(e.data.text) })
 */
export const useRoomEvents = <K extends Kind>(room: Room<K>, handler: (event: RoomEvent<K>, meta: EventMeta) => void): void => {
  const latest = useLatest(handler)
  React.useEffect(() => room.onEvents((event, meta) => latest.current(event, meta)), [room, latest])
}
