import type { RoomStatus } from './room.js'

/** Where a room would go by what happened. */
export type RoomChange =
  /** Its last replay was applied. */
  | 'live'
  /** The connection went away, or a hole in the stream did not close. */
  | 'catching-up'
  /** The server lost, or found again, its broker. */
  | 'paused' | 'resumed'
  | 'refused' | 'left'
  /** Somebody wants in, again. */
  | 'joining'

/** The one transition of a room's status. Pure; returns the given status where a change means nothing. */
export const nextRoomStatus = (status: RoomStatus, change: RoomChange): RoomStatus => {
  const joined = status === 'live' || status === 'catching-up' || status === 'paused'
  switch (change) {
    case 'live': return status === 'catching-up' || status === 'joining' ? change : status
    case 'resumed': return status === 'paused' ? 'live' : status
    case 'catching-up':
    case 'paused': return joined ? change : status
    case 'joining': return joined ? status : change
    case 'refused':
    case 'left': return change
  }
}
