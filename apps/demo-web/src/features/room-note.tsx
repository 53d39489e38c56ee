import { useConnection, useRoomStatus, type AnyRoom } from 'react-rooms'

const words = {
  joining: '', live: '',
  'catching-up': 'Catching up…',
  paused: 'Live updates paused',
  refused: 'You may not see this room live',
  left: 'Not following this room any more',
}

/** Says it when a room is anything but live, while the connection is there: without one, the connection line has said so. */
export function RoomNote({ room }: { room: AnyRoom }) {
  const status = useRoomStatus(room)
  const connected = useConnection((connection) => connection.status === 'connected')
  return <p className="room-note small muted" role="status">{connected && words[status]}</p>
}
