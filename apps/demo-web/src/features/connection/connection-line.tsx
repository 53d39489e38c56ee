import { useSyncExternalStore } from 'react'
import { useConnection, useRoomsClient, type RoomName } from 'react-rooms'
import { ago } from '../../lib/ago.js'
import { useDemo } from '../../lib/demo-context.js'
import { useNow } from '../../lib/use-now.js'
import { headline } from './headline.js'
import { isFinal } from './trouble.js'
import { useLinePhase } from './use-line-phase.js'
import { useTrouble } from './use-trouble.js'
import './connection-line.css'

/** One line that is always there, so that nothing jumps: quiet while the screen is live, plain words while it is not. */
export function ConnectionLine({ room }: { room: RoomName | null }) {
  const { network, pulse } = useDemo()
  const rooms = useRoomsClient()
  const status = useConnection((connection) => connection.status)
  const transport = useConnection((connection) => connection.transport)
  const trouble = useTrouble(room)
  const final = isFinal(trouble) ? trouble : null
  const line = useLinePhase(isFinal(trouble) ? null : trouble)
  const { replayed } = useSyncExternalStore(pulse.subscribe, pulse.get)
  // Who pulled the cable need not wait for the line to find out.
  const isCut = useSyncExternalStore(network.subscribe, network.isCut) && (line.phase === 'live' || line.phase === 'patient' || line.phase === 'back')
  const away = line.phase === 'lost' && status !== 'connected'
  return (
    <div className="line" data-phase={isCut ? 'cut' : final ?? line.phase}>
      <span className="line-dot" aria-hidden="true" />
      <div className="line-words">
        <p role="status">{isCut ? 'Network cut' : headline(line, final, replayed, transport)}</p>
        {away && <Countdown />}
      </div>
      {(away || final === 'left') && <button type="button" className="button line-retry" onClick={() => rooms.retryNow()}>Retry now</button>}
    </div>
  )
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
