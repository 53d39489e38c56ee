import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoomsClient, RoomsProvider } from 'react-rooms'
import { roomQuery, useRoomQuery } from 'react-rooms/query'
import type { Order } from '../server/contract.js'

const signIn = async (): Promise<string> => (await (await fetch('/api/session', { method: 'POST' })).json()).token
let token = signIn()
const api = async (path: string, init?: RequestInit) =>
  fetch(path, { ...init, headers: { 'content-type': 'application/json', authorization: `Bearer ${await token}` } })

const queryClient = new QueryClient()
const client = createRoomsClient({ url: '', getToken: ({ reason }) => (reason === 'initial' ? token : (token = signIn())) })

const ordersQuery = roomQuery({
  room: 'user:ana',
  queryKey: ['orders'],
  queryFn: async ({ signal, seen }): Promise<Order[]> => seen(await api('/api/orders', { signal })).json(),
  on: { 'order.updated': 'upsert' },
})

function Orders() {
  const { data: orders = [], roomStatus } = useRoomQuery(ordersQuery)
  const ship = (order: Order) => api(`/api/orders/${order.id}/status`, { method: 'POST', body: JSON.stringify({ status: order.status === 'shipped' ? 'new' : 'shipped' }) })
  return (
    <main>
      <h1>Orders, {roomStatus}</h1>
      {orders.map((order) => (
        <p key={order.id}>
          {order.item}: {order.status} <button onClick={() => ship(order)}>Change</button>
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
