import type { ReactNode } from 'react'
import type { ConnectionInfo } from '../../client/connection-info.js'
import type { ConnectionView, PanelView } from '../panel-view.js'
import { Facts } from './facts.js'
import { byteSize, duration, timeOfDay } from './formats.js'
import { Status } from './status.js'

/** Each connection in full; with `share: false` there is one for each room. */
export function ConnectionTab({ view: { connections, user, now } }: { view: PanelView }): ReactNode {
  if (connections.length === 0) return <p className="empty">No connection: no room is held.</p>
  return <div className="connections">{connections.map((connection) => <OneConnection key={connection.room} connection={connection} user={user} now={now} />)}</div>
}

function OneConnection({ connection: { room, info, welcome }, user, now }: { connection: ConnectionView; user: string | null; now: number }): ReactNode {
  const { limits } = welcome ?? {}
  return (
    <section className="details" aria-label={room ?? 'Connection'}>
      <h3>{room ?? 'Connection'}</h3>
      <Facts
        facts={[
          ['Status', <Status key="status" of={info.status} />],
          ['Transport', info.transport ?? 'none'],
          ['User', user ?? 'not known yet'],
          ['Id', welcome?.connection ?? 'none'],
          ['Attempt', info.attempt === 0 ? 'none failed' : `${info.attempt} failed`],
          ['Retry', retryOf(info, now)],
          ['Lost', info.lost ? 'yes: what is on the screen may be old' : 'no'],
          ['Queued', `${info.queued} unsettled`],
          ['Last heard', info.lastSyncedAt === null ? 'never' : `${timeOfDay(info.lastSyncedAt)}, ${duration(now - info.lastSyncedAt)} ago`],
          ...(welcome ? [
            ['Expires', welcome.expiresAt === undefined ? 'never' : timeOfDay(welcome.expiresAt)],
            ['Silent at most', duration(welcome.pingMs)],
            ['Features', welcome.features.join(', ') || 'none'],
          ] as const : []),
        ]}
      />
      {limits && (
        <>
          <h4>Limits</h4>
          <Facts
            facts={[
              ['Message', byteSize(limits.messageBytes)], ['Batch', byteSize(limits.batchBytes)], ['State', byteSize(limits.stateBytes)],
              ['Rate', `${limits.messagesPerSecond} messages a second`], ['Rooms', `${limits.rooms} joined`], ['Members', `${limits.members} an answer`],
            ]}
          />
        </>
      )}
    </section>
  )
}

function retryOf({ retryAt, status }: ConnectionInfo, now: number): string {
  if (retryAt !== null) return `in ${duration(retryAt - now)}`
  return status === 'connecting' || status === 'reconnecting' || status === 'offline' ? 'under way' : 'none planned'
}
