import type { ReactNode } from 'react'
import type { HeldRoomView } from '../panel-view.js'
import { duration, oneLine } from './formats.js'
import { Facts } from './facts.js'
import { Status } from './status.js'

/** Members shown at most; a panel is no directory. */
const MAX_MEMBERS = 100

/** One room: where it stands, what may be done in it, who is here. */
export function RoomDetails({ room, now, me }: { room: HeldRoomView; now: number; me: string | null }): ReactNode {
  const { name, status, position, grants, presence, typing, state } = room
  const { members, size, synced } = presence
  const typists = typing.map(({ user }) => user)
  return (
    <section className="details" aria-label={name}>
      <h3>{name}</h3>
      <Facts
        facts={[
          ['Status', <Status key="status" of={status} />],
          ['Position', position ?? 'none'],
          ['May publish', grants.publish.join(', ') || 'nothing'],
          ['May signal', grants.signal.join(', ') || 'nothing'],
          ['May see', [grants.presence && 'presence', grants.history && 'history'].filter(Boolean).join(', ') || 'events only'],
          ['Own state', state === null ? 'none' : oneLine(state)],
          ['Typing', typists.join(', ') || 'nobody'],
        ]}
      />
      <h4>Presence <span className="count">{size}</span>{!synced && <span className="aside">as last known</span>}</h4>
      {members.length > 0 && (
        <div className="scroll">
          <table>
            <thead><tr><th>User</th><th>Info</th><th>State</th><th className="number">Connections</th><th className="number">Here for</th></tr></thead>
            <tbody>
              {members.slice(0, MAX_MEMBERS).map((member) => (
                <tr key={member.user}>
                  <th scope="row">{member.user}{member.user === me && <span className="aside">you</span>}</th>
                  <td>{oneLine(member.info)}</td>
                  <td>{oneLine(member.state)}</td>
                  <td className="number">{member.connections}</td>
                  <td className="number">{duration(now - member.since)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {size > Math.min(members.length, MAX_MEMBERS) && <p className="aside">{size - Math.min(members.length, MAX_MEMBERS)} more</p>}
    </section>
  )
}
