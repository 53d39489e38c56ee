import { useSyncExternalStore } from 'react'
import { useConnection, useRoomsClient } from 'react-rooms'
import { ago } from '../../lib/ago.js'
import { useDemo } from '../../lib/demo-context.js'
import { useNow } from '../../lib/use-now.js'
import type { LinePhase } from './line-phase.js'
import { useLinePhase } from './use-line-phase.js'
import './connection-line.css'

/** One line that is always there, so that nothing jumps: quiet while live, plain words while not. */
export function ConnectionLine() {
  const { pulse } = useDemo()
  const rooms = useRoomsClient()
  const line = useLinePhase()
  const offline = useConnection((connection) => connection.status === 'offline')
  const { replayed } = useSyncExternalStore(pulse.subscribe, pulse.get)
  return (
    <div className="line" data-phase={line.phase}>
      <span className="line-dot" aria-hidden="true" />
      <div className="line-words">
        <p role="status">{headline(line, offline, replayed)}</p>
        {line.phase === 'lost' && <Countdown />}
      </div>
      {line.phase === 'lost' && <button type="button" className="button line-retry" onClick={() => rooms.retryNow()}>Retry now</button>}
    </div>
  )
}

function headline(line: LinePhase, offline: boolean, replayed: number): string {
  switch (line.phase) {
    case 'starting': return 'Connecting…'
    case 'live': case 'patient': return 'Live'
    case 'lost': return offline ? 'You are offline' : 'Reconnecting…'
    case 'back': return welcomeBack(replayed - line.before)
    default: return line satisfies never
  }
}

function welcomeBack(count: number): string {
  return count === 0 ? 'Back online' : `Back online, caught up ${count} ${count === 1 ? 'update' : 'updates'}`
}

/** The ticking part stays outside the live region: a screen reader hears the phase, not the seconds. */
function Countdown() {
  const retryAt = useConnection((connection) => connection.retryAt)
  const lastSyncedAt = useConnection((connection) => connection.lastSyncedAt)
  const now = useNow(1_000)
  const seconds = retryAt === null ? 0 : Math.ceil((retryAt - now) / 1_000)
  return (
    <>
      {seconds > 0 && <span className="number">retry in {seconds} s</span>}
      {lastSyncedAt !== null && <span className="line-synced number">last synced {ago(lastSyncedAt, now)}</span>}
    </>
  )
}
