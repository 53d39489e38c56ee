import type { Figures, OrderStatus } from 'demo-api/contract'
import { statusName } from '../orders/order-steps.js'

/** Orders by status: a number each, and a bar beside it for the eye. */
export function OrderBars({ orders }: { orders: Figures['orders'] }) {
  const most = Math.max(1, ...Object.values(orders))
  return (
    <dl className="panel bars" aria-label="Orders by status">
      {(Object.keys(statusName) as OrderStatus[]).map((status) => (
        <div key={status} data-status={status}>
          <dt>{statusName[status]}</dt>
          <dd><span className="bar" style={{ width: `${(100 * orders[status]) / most}%` }} aria-hidden="true" /> <span className="number">{orders[status]}</span></dd>
        </div>
      ))}
    </dl>
  )
}
