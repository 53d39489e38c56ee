import { useSyncExternalStore } from 'react'
import { useDemo } from '../../lib/demo-context.js'

/** This window's own switch for its network, and how fast the last event came. */
export function LabBar() {
  const { network, pulse } = useDemo()
  const cut = useSyncExternalStore(network.subscribe, network.isCut)
  const { latencyMs } = useSyncExternalStore(pulse.subscribe, pulse.get)
  return (
    <footer className="lab" aria-label="This window">
      <button type="button" className="button lab-cut" role="switch" aria-checked={cut} onClick={() => network.setCut(!cut)}>Cut network</button>
      <p className="small muted number">{latencyMs === null ? 'No update yet' : <>Last update took <strong>{latencyMs} ms</strong></>}</p>
    </footer>
  )
}
