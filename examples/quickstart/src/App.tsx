import { QueryClient, QueryClientProvider, useMutation } from '@tanstack/react-query'
import { createRoomsClient, RoomsProvider } from 'react-rooms'
import { roomQuery, useRoomQuery } from 'react-rooms/query'
import type { Order } from '../server/contract.js'
import { api, getToken } from './api.js'

const queryClient = new QueryClient()
const client = createRoomsClient({ url: '', getToken })

const ordersQuery = roomQuery({
  room: 'user:ana',
  queryKey: ['orders'],
  queryFn: async ({ signal, seen }): Promise<Order[]> => seen(await api('/api/orders', { signal })).json(),
  on: { 'order.updated': 'upsert' },
})

function Orders() {
  const { data: orders = [], error, roomStatus } = useRoomQuery(ordersQuery)
  const change = useMutation({
    mutationFn: (order: Order) => api(`/api/orders/${order.id}/status`, { method: 'POST', body: JSON.stringify({ status: order.status === 'shipped' ? 'new' : 'shipped' }) }),
  })
  return (
    <main>
      <h1>Orders, {roomStatus}</h1>
      <p>{(error ?? change.error)?.message}</p>
      {orders.map((order) => (
        <p key={order.id}>
          {order.item}: {order.status} <button onClick={() => change.mutate(order)}>Change</button>
        </p>
      ))}
    </main>
  )
}

export default function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <RoomsProvider client={client}>
        <Orders />
      </RoomsProvider>
    </QueryClientProvider>
  )
}
