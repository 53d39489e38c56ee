import { useRoomStatus, type AnyRoom } from 'react-rooms'

const words = {
  joining: '', live: '',
  'catching-up': 'Catching up…',
  paused: 'Live updates paused',
  refused: 'You may not see this room live',
  left: 'Not following this room any more',
}

/** Says it when a room is anything but live; its place is kept. */
export function RoomNote({ room }: { room: AnyRoom }) {
  const status = useRoomStatus(room)
  return <p className="room-note small muted" role="status">{words[status]}</p>
}
