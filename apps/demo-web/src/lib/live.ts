import { QueryClient } from '@tanstack/react-query'
import { createRoomsClient, UnauthorizedError, type RoomsClientOptions } from 'react-rooms'
import { ApiError, type Api } from './api.js'
import type { Network } from './network.js'
import type { SessionStore } from './session.js'

/** Gives the session's token to whoever connects, and a new one before it ends. A token that was refused ends the session. */
export function tokenOf(session: SessionStore, api: Api): NonNullable<RoomsClientOptions['getToken']> {
  return async ({ reason }) => {
    const current = session.get()
    if (current.state === 'signed-out' || reason === 'refused') throw new UnauthorizedError()
    if (reason !== 'expiring') return current.token
    const { token } = await api.signIn(current.person.id)
    session.renew(token)
    return token
  }
}

/** The rooms client and the query cache of one session. Nothing connects until a screen holds a room. */
export function createLive(network: Network, getToken: NonNullable<RoomsClientOptions['getToken']>) {
  const rooms = createRoomsClient({ url: '', WebSocket: network.WebSocket, getToken })
  const queries = new QueryClient({
    defaultOptions: {
      queries: { retry: (failures, error) => failures < 3 && !(error instanceof ApiError && error.status >= 400 && error.status < 500) },
      // A change whose answer got lost is asked for again under the same id: the server makes it once.
      mutations: { retry: (failures, error) => failures < 3 && error instanceof ApiError && error.status === 0 },
    },
  })
  return { rooms, queries }
}
