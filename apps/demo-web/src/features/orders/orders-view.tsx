import { useRef } from 'react'
import { useRoom, useRoomEvent } from 'react-rooms'
import { useRoomQuery } from 'react-rooms/query'
import { useDemo } from '../../lib/demo-context.js'
import { LoadFailed } from '../load-failed.js'
import { NewOrder } from './new-order.js'
import { OrderCard } from './order-card.js'
import { OrderNews } from './order-news.js'
import { columnOf, columns, sortOrders } from './order-steps.js'
import { ordersQuery } from './orders-query.js'
import { useMovingRows } from './use-moving-rows.js'
import './orders.css'

/** The board for staff, one's own orders for a customer. */
export function OrdersView() {
  const { api, person, pulse } = useDemo()
  const staff = person.role === 'staff'
  const room = useRoom(staff ? 'board' : `user:${person.id}`)
  const { data, error, refetch } = useRoomQuery(ordersQuery(api, person))
  useRoomEvent(room, 'order.created', (_, meta) => pulse.note(meta))
  useRoomEvent(room, 'order.updated', (_, meta) => pulse.note(meta))
  const list = useRef<HTMLUListElement>(null)
  useMovingRows(list)

  return (
    <section aria-labelledby="orders-title">
      <header className="panel-head">
        <h2 id="orders-title" tabIndex={-1}>{staff ? 'Every order' : 'Your orders'}</h2>
        <OrderNews room={room} />
      </header>
      {!staff && <NewOrder room={room} />}
      {error && !data && <LoadFailed what="orders" error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && <p className="empty">{staff ? 'No orders yet. They appear here as customers place them.' : 'No orders yet. Place one above and watch it move.'}</p>}
      {data && (
        <div className={staff ? 'board' : undefined}>
          {staff && (
            <div className="board-heads" aria-hidden="true">
              {columns.map((name, column) => (
                <p key={name}>{name} <span className="muted number">{data.filter((order) => columnOf(order.status) === column).length}</span></p>
              ))}
            </div>
          )}
          <ul ref={list} className="orders" aria-label="Orders">
            {sortOrders(data, person.role).map((order) => <OrderCard key={order.id} order={order} room={room} />)}
          </ul>
        </div>
      )}
    </section>
  )
}
