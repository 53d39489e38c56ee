import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useRoom, useRoomEvent } from 'react-rooms'
import { useRoomQuery } from 'react-rooms/query'
import { useDemo } from '../../lib/demo-context.js'
import { LoadFailed } from '../load-failed.js'
import { todosQuery } from '../todos/todos-query.js'
import { createMeter } from './meter.js'
import { MeterFigures } from './meter-figures.js'
import { ParcelList } from './parcel-list.js'
import { useLongTasks } from './use-long-tasks.js'
import './lab.css'

const burst = { list: 'parcels', count: 500 }

/** A thousand rows, five hundred changes in one second, and what that costs the page. */
export function LabView() {
  const { api, network, pulse } = useDemo()
  const [meter] = useState(() => createMeter(() => network.calls.get().all))
  const room = useRoom(`todo:${burst.list}`)
  const { data: parcels, error, refetch } = useRoomQuery(todosQuery(api, burst.list))
  useRoomEvent(room, 'todo.upserted', (_, meta) => {
    pulse.note(meta)
    meter.heard()
  })
  useLongTasks(meter)
  const start = useMutation({ mutationFn: () => api.burst(burst) })

  return (
    <section className="lab-view" aria-labelledby="lab-title">
      <header className="panel-head">
        <div>
          <h2 id="lab-title" tabIndex={-1}>Burst</h2>
          <p className="small muted">{burst.count} changes in one second, into {parcels?.length.toLocaleString('en') ?? '1,000'} rows.</p>
        </div>
        <button type="button" className="button primary" aria-disabled={start.isPending} onClick={() => { if (!start.isPending) start.mutate() }}>Burst {burst.count}</button>
      </header>
      {start.isError && <p className="notice" role="alert">{start.error.message}</p>}
      <MeterFigures meter={meter} events={burst.count} />
      {error && !parcels && <LoadFailed what="parcels" error={error} onRetry={() => void refetch()} />}
      {parcels && <ParcelList parcels={parcels} meter={meter} />}
    </section>
  )
}
