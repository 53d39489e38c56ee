import { useSyncExternalStore } from 'react'
import type { Meter } from './meter.js'

/** The last burst in numbers. */
export function MeterFigures({ meter, events }: { meter: Meter; events: number }) {
  const reading = useSyncExternalStore(meter.subscribe, meter.get)
  return (
    <dl className="meter panel" aria-label="Last burst">
      <Figure name="Events applied" value={reading?.applied} note={reading ? `in ${(reading.tookMs / 1_000).toFixed(2)} s` : `of ${events}`} />
      <Figure name="Renders of the list" value={reading?.renders} note="one a frame at most" />
      <Figure name="HTTP calls" value={reading?.calls} note="nothing is fetched again" />
      <Figure name="Longest task" value={reading && (reading.longestTaskMs < 50 ? '< 50 ms' : `${Math.round(reading.longestTaskMs)} ms`)} note="of the main thread" />
    </dl>
  )
}

function Figure({ name, value, note }: { name: string; value: number | string | null | undefined; note: string }) {
  return (
    <div>
      <dt className="small muted">{name}</dt>
      <dd className="number"><strong>{value ?? '–'}</strong> <span className="small muted">{note}</span></dd>
    </div>
  )
}
