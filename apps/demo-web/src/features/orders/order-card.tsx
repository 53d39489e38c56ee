import type { Order, OrderStatus } from 'demo-api/contract'
import { useRef, type MouseEvent } from 'react'
import type { Room } from 'react-rooms'
import { useRoomMutation } from 'react-rooms/query'
import { useDemo } from '../../lib/demo-context.js'
import { OrderProgress } from './order-progress.js'
import { columnOf, stepsOf } from './order-steps.js'

/** One order, with what this person may do next. */
export function OrderCard({ order, room }: { order: Order; room: Room<'board' | 'user'> }) {
  const { api, person } = useDemo()
  const change = useRoomMutation(room, {
    mutationFn: (to: OrderStatus, { headers }) => api.setStatus(order.id, to, headers),
    predict: (to) => ({ event: 'order.updated', data: { ...order, status: to, revision: order.revision + 1, updatedAt: new Date().toISOString() } }),
  })
  const steps = stepsOf(order.status, person.role)
  const title = `order-${order.id}`
  const name = useRef<HTMLHeadingElement>(null)

  function take(to: OrderStatus, { detail }: MouseEvent): void {
    // After a step another stands in its place: the second click of a double click, or Enter held down, is not meant for it.
    if (change.isPending || detail > 1) return
    name.current?.focus()
    change.mutate(to)
  }

  return (
    <li className="panel order" data-row={order.id} data-revision={order.revision} data-status={order.status} data-column={columnOf(order.status)} aria-labelledby={title}>
      <div className="order-what">
        <h3 id={title} ref={name} tabIndex={-1}>{order.item}{order.quantity > 1 && <span className="muted"> × {order.quantity}</span>}</h3>
        <p className="small muted number">{person.role === 'staff' ? `${order.ownerName} · ${order.id}` : `Order ${order.id}`}</p>
      </div>
      <OrderProgress status={order.status} />
      {steps.length > 0 && (
        <div className="order-steps">
          {steps.map((step, place) => (
            <button
              key={step.to} type="button" className={place === 0 && step.to !== 'cancelled' ? 'button' : 'button plain'}
              aria-disabled={change.isPending} onClick={(event) => take(step.to, event)}
            >
              {step.label}<span className="visually-hidden"> order {order.id}</span>
            </button>
          ))}
        </div>
      )}
      {change.isPaused && <p className="small muted order-notice">Sent when the network is back.</p>}
      {change.isError && (
        <p className="notice order-notice" role="alert">
          {change.error.message} <button type="button" className="button" onClick={() => change.mutate(change.variables)}>Retry</button>
        </p>
      )}
    </li>
  )
}
