import type { RoomStatus } from './room.js'

export type RoomChange = 'held' | 'caught-up' | 'gap' | 'disconnected' | 'paused' | 'resumed' | 'refused' | 'left' | 'retried'

/** The one transition of a room's status. Pure; returns the given status where a change means nothing. */
export function nextRoomStatus(status: RoomStatus, change: RoomChange): RoomStatus {
  const joined = status === 'live' || status === 'catching-up' || status === 'paused'
  switch (change) {
    case 'held': return status === 'left' ? 'joining' : status
    case 'caught-up': return status === 'joining' || status === 'catching-up' ? 'live' : status
    case 'gap': return status === 'live' ? 'catching-up' : status
    case 'disconnected': return joined ? 'catching-up' : status
    case 'paused': return joined ? 'paused' : status
    case 'resumed': return status === 'paused' ? 'live' : status
    case 'refused': return 'refused'
    case 'left': return 'left'
    case 'retried': return status === 'refused' || status === 'left' ? 'joining' : status
  }
}
