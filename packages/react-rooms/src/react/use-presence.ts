import type { Kind } from 'rooms-protocol'
import { NOBODY, type Presence } from '../client/presence-store.js'
import type { RoomHandle } from '../client/room-handle.js'
import type { AnyRoom, Room } from '../client/room.js'
import { useSelected } from './use-selected.js'

/**
 * Who is in the room, one member a person. With a selector the component renders only when the selected part changes, by
 * `equal` (`Object.is` by default).
 *
 * @example const size = usePresence(room, (presence) => presence.size)
 */
export const usePresence = <K extends Kind, T = Presence<K>>(
  room: Room<K>, selector?: (presence: Presence<K>) => T, equal?: (a: T, b: T) => boolean,
): T => useSelected((room as AnyRoom as RoomHandle).presenceView, NOBODY, selector as ((presence: Presence) => T) | undefined, equal)
