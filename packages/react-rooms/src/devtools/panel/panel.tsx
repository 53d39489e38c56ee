import { useMemo, useState, useSyncExternalStore, type ReactNode } from 'react'
import type { RoomsClient } from '../../client/rooms-client.js'
import { createPanelStore } from '../panel-view.js'
import { tapOf } from '../tap.js'
import { ConnectionTab } from './connection-tab.js'
import { FaultBar } from './fault-bar.js'
import { Mark } from './mark.js'
import { QueueTab } from './queue-tab.js'
import { RoomsTab } from './rooms-tab.js'
import { Status } from './status.js'
import { Tabs } from './tabs.js'
import { TimelineTab } from './timeline-tab.js'
import { ALL_ENTRIES } from './timeline-filter.js'

/** Everything a client can tell of itself, and what can be done to its connection. */
export function Panel({ client, focus = false, onClose }: { client: RoomsClient; focus?: boolean; onClose?: () => void }): ReactNode {
  const tap = tapOf(client)
  const store = useMemo(() => createPanelStore(client, tap), [client, tap])
  const view = useSyncExternalStore(store.subscribe, store.get)
  // Kept here, so that they outlast a look at another tab.
  const [filter, setFilter] = useState(ALL_ENTRIES)
  const [selected, setSelected] = useState<string | null>(null)
  const { info, rooms, unsettled } = view
  return (
    <>
      <header className="head">
        <h2 className="title"><Mark />Rooms</h2>
        <p className="summary"><Status of={info.status} />{[info.transport, view.user].filter(Boolean).map((word) => <span key={word} className="word">{word}</span>)}</p>
        <FaultBar tap={tap} faults={view.faults} recorded={!view.unrecorded} client={client} />
        {onClose && <button type="button" className="close" aria-label="Close Rooms devtools" title="Close (Esc)" onClick={onClose}>×</button>}
      </header>
      {view.unrecorded && (
        <p className="notice">
          <span>The connection was opened before the devtools, so its messages are not recorded.</span>
          <button type="button" className="button" onClick={() => tap.reconnect()}>Reconnect to record</button>
        </p>
      )}
      <Tabs
        focus={focus}
        tabs={[
          { id: 'timeline', label: 'Timeline', render: () => <TimelineTab view={view} filter={filter} onFilter={setFilter} onClear={() => tap.recorder.clear()} /> },
          { id: 'rooms', label: 'Rooms', count: rooms.length, render: () => <RoomsTab view={view} selected={selected} onSelect={setSelected} /> },
          { id: 'queue', label: 'Queue', count: unsettled.length, render: () => <QueueTab view={view} /> },
          { id: 'connection', label: 'Connection', render: () => <ConnectionTab view={view} /> },
        ]}
      />
    </>
  )
}
