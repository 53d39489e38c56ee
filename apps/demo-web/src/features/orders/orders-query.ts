import type { Order } from 'demo-api/contract'
import { roomQuery } from 'react-rooms/query'
import type { Api } from '../../lib/api.js'
import type { Person } from '../../lib/session.js'
import { upsertNewer } from '../../lib/upsert-newer.js'

/** A customer's own orders, or everyone's for staff: read once over REST, kept current by the room. */
export function ordersQuery(api: Api, person: Person) {
  return roomQuery({
    room: person.role === 'staff' ? 'board' : `user:${person.id}`,
    queryKey: ['orders', person.id],
    queryFn: async ({ signal, seen }): Promise<Order[]> => seen(await api.orders(signal)).json(),
    on: {
      'order.created': (orders, order) => upsertNewer(orders, order),
      'order.updated': (orders, order) => upsertNewer(orders, order),
    },
  })
}
