import { useState, type ReactNode } from 'react'
import type { RoomsClient } from '../../client/rooms-client.js'
import type { Faults, Tap } from '../tap.js'

const LONGEST_MS = 60_000

/** What can be done to the connection. What needs a recorded session waits for one. */
export function FaultBar({ tap, faults, recorded, client }: { tap: Tap; faults: Faults; recorded: boolean; client: RoomsClient }): ReactNode {
  const [delay, setDelay] = useState(String(faults.delayMs))
  const change = (text: string): void => {
    setDelay(text)
    tap.setDelay(Math.min(LONGEST_MS, Math.max(0, Math.round(Number(text)) || 0)))
  }
  return (
    <div className="faults" role="group" aria-label="Try an outage">
      <button type="button" className="button" disabled={!recorded} title="Drops the connection once, as a failing network does (1006); the client comes back by itself" onClick={() => tap.cut()}>Cut</button>
      <button type="button" className={faults.offline ? 'button on' : 'button'} aria-pressed={faults.offline} title="Drops the connection and lets none through until released" onClick={() => tap.setOffline(!faults.offline)}>Offline</button>
      <label className="field" title="Every message waits this long, in both directions">
        Delay
        <input type="number" inputMode="numeric" min={0} max={LONGEST_MS} step={100} value={delay} disabled={!recorded} onChange={({ target }) => change(target.value)} />
        ms
      </label>
      <button type="button" className="button" disabled={!recorded} title="The server says that the token expired (4001); the client asks for another" onClick={() => tap.expireToken()}>Expire token</button>
      <button type="button" className="button" title="client.retryNow()" onClick={() => client.retryNow()}>Retry now</button>
    </div>
  )
}
