import type { Kind, PublishName, SignalName } from 'rooms-protocol'
import { NO_GRANTS, type RoomHandle } from '../client/room-handle.js'
import type { AnyRoom, Room } from '../client/room.js'
import { useSelected } from './use-selected.js'

/** What this user may do in a room, as the server said at the join. */
export interface Grants<K extends Kind> {
  readonly publish: readonly PublishName<K>[]
  readonly signal: readonly SignalName<K>[]
  readonly presence: boolean
}

/** What this user may do here; nothing before the join. */
export const useGrants = <K extends Kind>(room: Room<K>): Grants<K> => useSelected((room as AnyRoom as RoomHandle).grantsView, NO_GRANTS) as Grants<K>
