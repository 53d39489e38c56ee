import { usePresence, type Presence, type Room } from 'react-rooms'
import { Avatar } from './avatar.js'

const shown = 5

/** Who is in a room now. */
export function WhoIsHere({ room }: { room: Room<'chat'> }) {
  return <Faces {...usePresence(room)} />
}

/** At most five faces and how many more; one for each person, however many tabs they have open. */
export function Faces({ members, size }: Pick<Presence<'chat'>, 'members' | 'size'>) {
  return (
    <ul className="faces" aria-label="Here now">
      {members.slice(0, shown).map((member) => (
        <li key={member.user}><Avatar id={member.user} name={member.info.name} /></li>
      ))}
      {size > shown && <li className="faces-more">+{size - shown}<span className="visually-hidden"> more</span></li>}
    </ul>
  )
}
