import { memo, useLayoutEffect, useRef, type ReactNode } from 'react'
import { describe } from '../describe.js'
import type { Entry } from '../recorder.js'
import { timeOfDay } from './formats.js'
import { Payload } from './payload.js'

const WAYS = { in: ['↓', 'received'], out: ['↑', 'sent'], here: ['•', 'here'] } as const

/** What the lines below it hold, for the eye; each cell's own words say it too. */
export function TimelineColumns(): ReactNode {
  return (
    <div className="entry columns" aria-hidden="true">
      <span>Time</span><span /><span>Type</span><span>Room</span><span>What</span><span className="offset">Offset</span><span>Origin</span>
    </div>
  )
}

/** One entry: a line, and below it the whole object when asked for. Entries never change, so a row renders when it opens. */
export const TimelineRow = memo(function TimelineRow({ entry, open, onToggle }: { entry: Entry; open: boolean; onToggle: (number: number) => void }): ReactNode {
  const { type, room, what, offset, origin, frame } = describe(entry)
  const [arrow, way] = WAYS[entry.way]
  const itemRef = useRef<HTMLLIElement>(null)
  useLayoutEffect(() => {
    if (open) itemRef.current?.scrollIntoView({ block: 'nearest' })
  }, [open])
  const cells = (
    <>
      <time className="time">{timeOfDay(entry.at)}</time>
      <span className={`way ${entry.way}`} title={way}><span aria-hidden="true">{arrow}</span><span className="unseen">{way}</span></span>
      <span className={`type ${type}`}>{type}</span>
      <span className="room" title={room ?? undefined}>{room}</span>
      <span className="what" title={what}>{what}</span>
      <span className="offset">{offset !== null && `#${offset}`}</span>
      <span className="origin" title={origin}>{origin}</span>
    </>
  )
  if (frame === null) return <li><div className="entry">{cells}</div></li>
  return (
    <li ref={itemRef}>
      <button type="button" className="entry" aria-expanded={open} onClick={() => onToggle(entry.number)}>{cells}</button>
      {open && <Payload value={frame} bytes={entry.text.length} />}
    </li>
  )
})
