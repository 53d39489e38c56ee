import type { RoomStatus } from './room.js'

export type RoomChange =
  /** Its last replay was applied. */
  | 'caught-up'
  /** The connection went away, or a hole in the stream did not close. */
  | 'behind'
  /** The server lost, or found again, its broker. */
  | 'paused' | 'resumed'
  | 'refused' | 'left'
  /** Somebody wants in, again. */
  | 'wanted'

/** The one transition of a room's status. Pure; returns the given status where a change means nothing. */
export function nextRoomStatus(status: RoomStatus, change: RoomChange): RoomStatus {
  const joined = status === 'live' || status === 'catching-up' || status === 'paused'
  switch (change) {
    case 'caught-up': return status === 'joining' || status === 'catching-up' ? 'live' : status
    case 'behind': return joined ? 'catching-up' : status
    case 'paused': return joined ? change : status
    case 'resumed': return status === 'paused' ? 'live' : status
    case 'refused':
    case 'left': return change
    case 'wanted': return joined ? status : 'joining'
  }
}
