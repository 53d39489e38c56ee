import { QueryClient } from '@tanstack/react-query'
import { createRoomsClient, UnauthorizedError, type RoomsClientOptions } from 'react-rooms'
import { attachQueryClient } from 'react-rooms/query'
import { ApiError } from './api.js'
import type { Network } from './network.js'
import type { Renew } from './renewal.js'
import type { SessionStore } from './session.js'

/** Gives the session's token to whoever connects, and another one when it is about to end or was refused. */
export function tokenOf(session: SessionStore, renew: Renew): NonNullable<RoomsClientOptions['getToken']> {
  let given: string | undefined
  return async ({ reason }) => {
    const current = session.get()
    if (current.state === 'signed-out') throw new UnauthorizedError()
    given = reason === 'expiring' ? await renew() : reason === 'refused' ? await renew(given) : current.token
    return given
  }
}

/** The rooms client and the query cache of one session, bound together. Nothing connects until a screen holds a room. */
export function createLive(network: Network, getToken: NonNullable<RoomsClientOptions['getToken']>) {
  const rooms = createRoomsClient({ url: '', WebSocket: network.WebSocket, getToken })
  const queries = new QueryClient({
    defaultOptions: {
      queries: { retry: (failures, error) => failures < 3 && !(error instanceof ApiError && error.status >= 400 && error.status < 500) },
      // A change whose answer got lost is asked for again under the same id: the server makes it once.
      mutations: { retry: (failures, error) => failures < 3 && error instanceof ApiError && error.status === 0 },
    },
  })
  attachQueryClient(rooms, queries)
  return { rooms, queries }
}
