import { useMutationState } from '@tanstack/react-query'
import { useState } from 'react'
import { useRoomEvent, useRoomStatus, type Room } from 'react-rooms'
import { arrivalOf, arrivalText, type Arrival } from '../../lib/arrival.js'
import { useDemo } from '../../lib/demo-context.js'

interface Last { readonly arrival: Arrival; readonly offset: number; readonly noted: number }

/** What is to say of a row: what it still has to send, or how its last change came. On its own, so that it draws nothing else again. */
export function RowNews({ id, room }: { id: string; room: Room<'pantry'> }) {
  const { network } = useDemo()
  const [last, setLast] = useState<Last | null>(null)
  const isLive = useRoomStatus(room) === 'live'
  const asked = useMutationState({ filters: { mutationKey: ['pantry', id] }, select: ({ state: { status, isPaused, submittedAt } }) => ({ status, isPaused, submittedAt }) })
  useRoomEvent(room, 'order.updated', (order, meta) => {
    if (order.id === id) setLast({ arrival: arrivalOf(meta, network.asked), offset: meta.offset, noted: Date.now() })
  })

  const unsent = asked.filter(({ status, isPaused }) => status === 'pending' && isPaused).length
  if (unsent > 0) return <span className="standing-unsent">{unsent} to send</span>
  // The answer to a change may be here before its event: until that comes the row has not heard of it from the room.
  const isUnheard = asked.some(({ status, submittedAt }) => status !== 'error' && submittedAt > (last?.noted ?? 0))
  // On a live line that is over before one could read it.
  if (isUnheard && (last === null || !isLive)) return 'Sending…'
  if (last === null) return 'No change yet'
  return <span key={last.offset} className="latency">{arrivalText(last.arrival)}</span>
}
