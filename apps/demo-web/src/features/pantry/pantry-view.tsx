import { useRef } from 'react'
import { useRoom, useRoomEvent } from 'react-rooms'
import { useRoomQuery } from 'react-rooms/query'
import { useDemo } from '../../lib/demo-context.js'
import { LoadFailed } from '../load-failed.js'
import { useMovingRows } from '../orders/use-moving-rows.js'
import { LastChanges } from './last-changes.js'
import { PantryRow } from './pantry-row.js'
import { pantryQuery } from './pantry-query.js'
import './pantry.css'

/** One order that everybody shares and everybody changes. */
export function PantryView() {
  const { api, pulse } = useDemo()
  const room = useRoom('pantry')
  const { data: orders, error, refetch } = useRoomQuery(pantryQuery(api))
  useRoomEvent(room, 'order.updated', (_, meta) => pulse.note(meta))
  const list = useRef<HTMLUListElement>(null)
  useMovingRows(list)

  return (
    <section className="pantry" aria-labelledby="pantry-title">
      <header className="panel-head">
        <h2 id="pantry-title" tabIndex={-1}>Pantry</h2>
        <p className="small muted">This week’s order, shared by everyone.</p>
      </header>
      {error && !orders && <LoadFailed what="orders" error={error} onRetry={() => void refetch()} />}
      {orders && (
        <ul ref={list} className="panel" aria-label="Weekly order">
          {orders.map((order) => <PantryRow key={order.id} order={order} room={room} />)}
        </ul>
      )}
      <LastChanges room={room} />
    </section>
  )
}
