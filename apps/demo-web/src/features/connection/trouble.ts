import type { ConnectionStatus, RoomStatus } from 'react-rooms'

/** What keeps a screen from being live for a while: its connection first, then its room. */
export type Passing = 'away' | 'offline' | 'joining' | 'paused' | 'catching-up'
/** And what will not end by itself. */
export type Final = 'refused' | 'left'

/** @param room how the screen's room is; null for a screen without one. */
export function troubleOf(connection: ConnectionStatus, room: RoomStatus | null): Passing | Final | null {
  switch (connection) {
    case 'offline': return 'offline'
    // The server sent this window away: it will not come back by itself.
    case 'closed': return 'left'
    case 'connected': return room === 'live' ? null : room
    default: return 'away'
  }
}

export function isFinal(trouble: Passing | Final | null): trouble is Final {
  return trouble === 'refused' || trouble === 'left'
}
