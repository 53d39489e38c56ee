import { useIsMutating } from '@tanstack/react-query'
import { useState, useSyncExternalStore } from 'react'
import { useDemo } from '../../lib/demo-context.js'

/** This window's own switch for its network, how fast the last event came, and what the last outage cost. */
export function CutBar() {
  const { network, pulse } = useDemo()
  const cut = useSyncExternalStore(network.subscribe, network.isCut)
  const { latencyMs, replayed } = useSyncExternalStore(pulse.subscribe, pulse.get)
  const { refetches } = useSyncExternalStore(network.calls.subscribe, network.calls.get)
  const [before, setBefore] = useState<{ readonly replayed: number; readonly refetches: number } | null>(null)
  const unsent = useIsMutating()

  const onClick = () => {
    if (!cut) setBefore({ replayed, refetches })
    network.setCut(!cut)
  }

  return (
    <footer className="lab" aria-label="This window">
      <button type="button" className="button lab-cut" role="switch" aria-checked={cut} onClick={onClick}>Cut network</button>
      <p className="lab-tally small muted number">
        {cut && unsent > 0 && <span><strong>{unsent}</strong> to send</span>}
        {!cut && before && <span className="lab-outcome">replayed <strong>{replayed - before.replayed}</strong>, refetched <strong>{refetches - before.refetches}</strong></span>}
        {!cut && <span>{latencyMs === null ? 'No update yet' : <>Last update took <strong>{latencyMs} ms</strong></>}</span>}
      </p>
    </footer>
  )
}
