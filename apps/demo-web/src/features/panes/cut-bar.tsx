import { useIsMutating } from '@tanstack/react-query'
import { useState, useSyncExternalStore } from 'react'
import type { RoomName } from 'react-rooms'
import { arrivalText } from '../../lib/arrival.js'
import { useDemo } from '../../lib/demo-context.js'
import { useTrouble } from '../connection/use-trouble.js'

/** This window's own switch for its network, how fast the last event came, and what the last outage cost. */
export function CutBar({ room }: { room: RoomName | null }) {
  const { network, pulse } = useDemo()
  const cut = useSyncExternalStore(network.subscribe, network.isCut)
  const { newest, replayed } = useSyncExternalStore(pulse.subscribe, pulse.get)
  const { refetches } = useSyncExternalStore(network.calls.subscribe, network.calls.get)
  const [before, setBefore] = useState<{ readonly replayed: number; readonly refetches: number } | null>(null)
  const unsent = useIsMutating()
  // What an outage cost is known once everything missed is here.
  const isBack = useTrouble(room) === null && !cut

  const onClick = () => {
    if (!cut) setBefore({ replayed, refetches })
    network.setCut(!cut)
  }

  return (
    <footer className="lab" aria-label="This window">
      <button type="button" className="button lab-cut" role="switch" aria-checked={cut} onClick={onClick}>Cut network</button>
      <p className="lab-tally small muted number">
        {cut && unsent > 0 && <span><strong>{unsent}</strong> to send</span>}
        {isBack && before && <span className="lab-outcome">replayed <strong>{replayed - before.replayed}</strong>, refetched <strong>{refetches - before.refetches}</strong></span>}
        {!cut && <span>{newest === null ? 'No update yet' : <>Last update {typeof newest === 'number' && 'took '}<strong>{arrivalText(newest)}</strong></>}</span>}
      </p>
    </footer>
  )
}
