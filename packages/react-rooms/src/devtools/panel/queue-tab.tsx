import { useState, type ReactNode } from 'react'
import type { PanelView } from '../panel-view.js'
import { byteSize, duration } from './formats.js'
import { Payload } from './payload.js'

/** Publishes that are not settled yet, in the order they leave. */
export function QueueTab({ view: { unsettled, now } }: { view: PanelView }): ReactNode {
  const [opened, setOpened] = useState<string | null>(null)
  if (unsettled.length === 0) return <p className="empty">Every publish is settled.</p>
  return (
    <div className="entries queue">
      <div className="entry columns" aria-hidden="true">
        <span>Room</span><span>Event</span><span>Stage</span><span className="age">Age</span><span className="bytes">Size</span><span>Id</span>
      </div>
      <ol aria-label="Unsettled publishes">
        {unsettled.map(({ id, room, encoded, bytes, bornAt, stage }) => {
          const frame = JSON.parse(encoded) as { readonly event: string }
          return (
            <li key={id}>
              <button type="button" className="entry" aria-expanded={id === opened} onClick={() => setOpened(id === opened ? null : id)}>
                <span className="room" title={room}>{room}</span>
                <span className="what">{frame.event}</span>
                <span className="stage">{stage}</span>
                <span className="age">{duration(now - bornAt)}</span>
                <span className="bytes">{byteSize(bytes)}</span>
                <span className="id" title={id}>{id}</span>
              </button>
              {id === opened && <Payload value={frame} bytes={bytes} />}
            </li>
          )
        })}
      </ol>
    </div>
  )
}
