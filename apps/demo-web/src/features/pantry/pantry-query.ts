import type { StandingOrder } from 'demo-api/contract'
import { roomQuery } from 'react-rooms/query'
import type { Api } from '../../lib/api.js'
import { upsertNewer } from '../../lib/upsert-newer.js'

/** The pantry's weekly order: read once over REST, kept equal in every window by its room. */
export const pantryQuery = (api: Api) => roomQuery({
  room: 'pantry',
  queryKey: ['pantry'],
  queryFn: async ({ signal, seen }): Promise<StandingOrder[]> =>
    seen(await api.pantry(signal)).json(),
  on: { 'order.updated': (all, order) => upsertNewer(all, order) },
})
