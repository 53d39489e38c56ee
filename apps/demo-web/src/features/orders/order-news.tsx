import { useState } from 'react'
import { useRoomEvent, type Room } from 'react-rooms'
import { statusName } from './order-steps.js'

/** Tells in words what the eye sees move. On its own, so that an event draws this line again and not the board. */
export function OrderNews({ room }: { room: Room<'board' | 'user'> }) {
  const [news, setNews] = useState('')
  useRoomEvent(room, 'order.created', (order) => setNews(`New order: ${order.item}`))
  useRoomEvent(room, 'order.updated', (order) => setNews(`${order.item}, order ${order.id}, is now ${statusName[order.status].toLowerCase()}`))
  return <p className="visually-hidden" role="status" aria-label="Order news">{news}</p>
}
