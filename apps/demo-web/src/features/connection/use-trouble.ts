import { useConnection, useRoom, useRoomStatus, type RoomName } from 'react-rooms'
import { troubleOf, type Final, type Passing } from './trouble.js'

/** What keeps a screen from being live now; null when nothing does. */
export function useTrouble(room: RoomName | null): Passing | Final | null {
  const status = useConnection((connection) => connection.status)
  const roomStatus = useRoomStatus(useRoom(room))
  return troubleOf(status, room === null ? 'live' : roomStatus)
}
