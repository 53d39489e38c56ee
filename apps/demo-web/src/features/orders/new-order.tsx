import { useRef, type FormEvent } from 'react'
import type { Room } from 'react-rooms'
import { useRoomMutation } from 'react-rooms/query'
import { useDemo } from '../../lib/demo-context.js'

/** Places an order. It appears in the list when the room says so. */
export function NewOrder({ room }: { room: Room<'board' | 'user'> }) {
  const { api } = useDemo()
  const form = useRef<HTMLFormElement>(null)
  const place = useRoomMutation(room, {
    mutationFn: (order: { item: string; quantity: number }, { headers }) => api.placeOrder(order, headers),
    onSuccess: () => form.current?.reset(),
  })

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const item = String(fields.get('item')).trim()
    if (item !== '' && !place.isPending) place.mutate({ item, quantity: Number(fields.get('quantity')) })
  }

  return (
    <form ref={form} className="new-order" aria-label="New order" onSubmit={onSubmit}>
      <input className="field" name="item" aria-label="What" placeholder="What would you like?" maxLength={80} required autoComplete="off" />
      <input className="field number" name="quantity" aria-label="How many" type="number" min={1} max={99} defaultValue={1} required />
      <button className="button primary" aria-disabled={place.isPending}>Order</button>
      {place.isPaused && <p className="small muted new-order-wait" role="status">Ordered when the network is back.</p>}
      {place.isError && <p className="notice" role="alert">{place.error.message} Nothing was ordered; try again.</p>}
    </form>
  )
}
