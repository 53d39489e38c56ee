import type { ReactNode } from 'react'
import type { PanelView } from '../panel-view.js'
import { RoomDetails } from './room-details.js'
import { Status } from './status.js'

/** The rooms that are held, and one of them in full. */
export function RoomsTab({ view, selected, onSelect }: { view: PanelView; selected: string | null; onSelect: (name: string) => void }): ReactNode {
  const { rooms } = view
  const room = rooms.find(({ name }) => name === selected) ?? rooms[0]
  if (room === undefined) return <p className="empty">No room is held. Components hold one with useRoom, code with client.retain.</p>
  return (
    <div className="split">
      <ul className="rooms" aria-label="Rooms">
        {rooms.map(({ name, status, position, presence }) => (
          <li key={name}>
            <button type="button" className="room-button" aria-current={name === room.name} onClick={() => onSelect(name)}>
              <span className="name">{name}</span>
              <Status of={status} />
              <span className="position">{position ?? 'no position'}</span>
              <span className="size">{presence.size} here</span>
            </button>
          </li>
        ))}
      </ul>
      <RoomDetails room={room} now={view.now} me={view.user} />
    </div>
  )
}
