import { usePresence, type Room } from 'react-rooms'
import { Avatar } from './avatar.js'

const shown = 5

/** At most five faces and how many more; one for each person, however many tabs they have open. */
export function WhoIsHere({ room }: { room: Room<'chat'> }) {
  const { members, size } = usePresence(room)
  return (
    <ul className="faces" aria-label="Here now">
      {members.slice(0, shown).map((member) => (
        <li key={member.user}><Avatar id={member.user} name={member.info.name} /></li>
      ))}
      {size > shown && <li className="faces-more">+{size - shown}<span className="visually-hidden"> more</span></li>}
    </ul>
  )
}
