import { useMutationState } from '@tanstack/react-query'
import type { StandingOrder } from 'demo-api/contract'
import { useState } from 'react'
import { useRoomEvent, type Room } from 'react-rooms'
import { useRoomMutation } from 'react-rooms/query'
import { useDemo } from '../../lib/demo-context.js'

/** One item: how much of it, one more, one less, and how fast the last change came. */
export function PantryRow({ order, room }: { order: StandingOrder; room: Room<'pantry'> }) {
  const { api } = useDemo()
  const change = useRoomMutation(room, {
    mutationKey: ['pantry', order.id],
    mutationFn: (by: number, { headers }) => api.changeQuantity(order.id, by, headers),
    predict: (by) => ({ event: 'order.updated', data: { ...order, quantity: order.quantity + by, revision: order.revision + 1 } }),
  })
  const waiting = useMutationState({ filters: { mutationKey: ['pantry', order.id], status: 'pending' }, select: ({ state }) => state.isPaused })
  const unsent = waiting.filter(Boolean).length

  return (
    <li className="standing" data-row={order.id} data-revision={order.revision} data-quantity={order.quantity}>
      <div className="standing-what">
        <h3>{order.item}</h3>
        <p className="small muted number">{unsent > 0 ? <span className="standing-unsent">{unsent} to send</span> : <Latency id={order.id} room={room} />}</p>
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

/** How long the row's last change took from the server to this page. On its own, so that it draws nothing else again. */
function Latency({ id, room }: { id: string; room: Room<'pantry'> }) {
  const [last, setLast] = useState<{ readonly ms: number; readonly offset: number } | null>(null)
  useRoomEvent(room, 'order.updated', (order, { at, offset, replayed }) => {
    if (order.id === id) setLast(replayed ? null : { ms: Math.max(0, Date.now() - at), offset })
  })
  if (last === null) return 'No change yet'
  return <span key={last.offset} className="latency">{last.ms} ms</span>
}
