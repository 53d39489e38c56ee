import { useSyncExternalStore, type ReactNode } from 'react'
import type { RoomsClient } from '../../client/rooms-client.js'
import type { Corner } from './floating-panel.js'
import { Mark } from './mark.js'
import { StatusDot } from './status.js'

/** The button that opens the panel. It watches the connection's status and nothing else. */
export function Launcher({ client, corner, focus, onOpen }: { client: RoomsClient; corner: Corner; focus: boolean; onOpen: () => void }): ReactNode {
  const status = useSyncExternalStore(client.subscribe, () => client.connection().status)
  return (
    <button type="button" className={`launcher ${corner}`} aria-expanded="false" aria-label={`Open Rooms devtools (${status})`} title={`Rooms: ${status}`} autoFocus={focus} onClick={onOpen}>
      <Mark />
      <StatusDot of={status} />
    </button>
  )
}
