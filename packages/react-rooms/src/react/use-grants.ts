import type { Kind, PublishName, SignalName } from 'rooms-protocol'
import { NO_GRANTS } from '../client/room-handle.js'
import type { Room } from '../client/room.js'
import { useSelected } from './use-selected.js'
import { viewOf } from './view-of.js'

/** What this user may do in a room, as the server said at the join. */
export interface Grants<K extends Kind> {
  readonly publish: readonly PublishName<K>[]
  readonly signal: readonly SignalName<K>[]
  readonly presence: boolean
}

/** What this user may do here; nothing before the join. */
export const useGrants = <K extends Kind>(room: Room<K>): Grants<K> => useSelected(viewOf(room).grants, NO_GRANTS) as Grants<K>
