import type { ReactNode } from 'react'
import type { RoomsClient } from '../../client/rooms-client.js'
import { Boundary } from './boundary.js'
import { Panel } from './panel.js'

/** The panel, always open, in a place that somebody else opens and closes. */
export function EmbeddedPanel({ client }: { client: RoomsClient }): ReactNode {
  return <Boundary><section className="panel" aria-label="Rooms devtools"><Panel client={client} /></section></Boundary>
}
