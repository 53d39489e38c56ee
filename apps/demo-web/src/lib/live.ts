import { QueryClient } from '@tanstack/react-query'
import { createRoomsClient, UnauthorizedError } from 'react-rooms'
import { ApiError, type Api } from './api.js'
import type { Network } from './network.js'
import type { SessionStore } from './session.js'

/** The rooms client and the query cache of one session. Nothing connects until a screen holds a room. */
export function createLive({ session, api, network }: { session: SessionStore; api: Api; network: Network }) {
  const rooms = createRoomsClient({
    url: '',
    WebSocket: network.WebSocket,
    getToken: async ({ reason }) => {
      const current = session.get()
      if (current.state === 'signed-out' || reason === 'refused') throw new UnauthorizedError()
      if (reason !== 'expiring') return current.token
      const { token } = await api.signIn(current.person.id)
      session.renew(token)
      return token
    },
  })
  const queries = new QueryClient({
    defaultOptions: { queries: { retry: (failures, error) => failures < 3 && !(error instanceof ApiError && error.status >= 400 && error.status < 500) } },
  })
  return { rooms, queries }
}
