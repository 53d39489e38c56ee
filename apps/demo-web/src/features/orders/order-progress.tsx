import type { OrderStatus } from 'demo-api/contract'
import { columnOf, statusName } from './order-steps.js'

/** The status in words, and the way so far as four short bars. */
export function OrderProgress({ status }: { status: OrderStatus }) {
  const reached = status === 'cancelled' ? 0 : columnOf(status) + 1
  return (
    <p className="order-progress">
      <span className="order-status">{statusName[status]}</span>
      <span className="order-bars" aria-hidden="true">{[1, 2, 3, 4].map((bar) => <i key={bar} data-on={bar <= reached} />)}</span>
    </p>
  )
}
