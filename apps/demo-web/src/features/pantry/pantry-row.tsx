import type { StandingOrder } from 'demo-api/contract'
import type { Room } from 'react-rooms'
import { useRoomMutation } from 'react-rooms/query'
import { useDemo } from '../../lib/demo-context.js'
import { RowNews } from './row-news.js'

/** One item: how much of it, one more, one less, and how fast the last change came. */
export function PantryRow({ order, room }: { order: StandingOrder; room: Room<'pantry'> }) {
  const { api } = useDemo()
  const change = useRoomMutation(room, {
    mutationKey: ['pantry', order.id],
    mutationFn: (by: number, { headers }) => api.changeQuantity(order.id, by, headers),
    predict: (by) => ({ event: 'order.updated', data: { ...order, quantity: order.quantity + by, revision: order.revision + 1 } }),
  })

  return (
    <li className="standing" data-row={order.id} data-revision={order.revision} data-quantity={order.quantity}>
      <div className="standing-what">
        <h3>{order.item}</h3>
        <p className="small muted number"><RowNews id={order.id} room={room} /></p>
      </div>
      <div className="stepper" role="group" aria-label={order.item}>
        <button type="button" className="button" aria-label={`One less: ${order.item}`} aria-disabled={order.quantity === 0} onClick={() => { if (order.quantity > 0) change.mutate(-1) }}>−</button>
        <output className="number">{order.quantity}</output>
        <button type="button" className="button" aria-label={`One more: ${order.item}`} aria-disabled={order.quantity === 99} onClick={() => { if (order.quantity < 99) change.mutate(1) }}>+</button>
      </div>
      {change.isError && <p className="notice" role="alert">Not changed: {change.error.message}</p>}
    </li>
  )
}
