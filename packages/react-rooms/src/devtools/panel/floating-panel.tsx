import { useState, type ReactNode } from 'react'
import type { RoomsClient } from '../../client/rooms-client.js'
import { rememberOpen, wasOpen } from '../panel-memory.js'
import { Boundary } from './boundary.js'
import { Launcher } from './launcher.js'
import { Panel } from './panel.js'
import { Resizer } from './resizer.js'

export type Corner = 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right'

/** Windows below this width, in pixels, need more height for the same. */
const NARROW = 620

/** The button, or the panel it opened, at the bottom of the window. */
export function FloatingPanel({ client, corner, initialIsOpen }: { client: RoomsClient; corner: Corner; initialIsOpen: boolean }): ReactNode {
  const [open, setOpen] = useState(() => wasOpen() ?? initialIsOpen)
  /** The focus follows a person's hand only: what is open from before takes it from nobody. */
  const [byHand, setByHand] = useState(false)
  const [height, setHeight] = useState(() => (window.innerWidth < NARROW ? 65 : 45))
  const show = (next: boolean): void => {
    rememberOpen(next)
    setByHand(true)
    setOpen(next)
  }
  return (
    <Boundary>
      {open ? (
        <section className="panel floating" aria-label="Rooms devtools" style={{ height: `${height}dvh` }} onKeyDown={({ key }) => key === 'Escape' && show(false)}>
          <Resizer percent={height} onResize={setHeight} />
          <Panel client={client} focus={byHand} onClose={() => show(false)} />
        </section>
      ) : <Launcher client={client} corner={corner} focus={byHand} onOpen={() => show(true)} />}
    </Boundary>
  )
}
