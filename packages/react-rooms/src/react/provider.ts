import { React, type ReactNode } from './react.js'
import { RoomsUsageError } from '../client/errors.js'
import type { RoomsClient } from '../client/rooms-client.js'

const ClientContext = React.createContext<RoomsClient | null>(null)

/**
 * Gives the client to the hooks below it.
 *
 * @example <RoomsProvider client={client}><App /></RoomsProvider>
 */
export const RoomsProvider = ({ client, ...rest }: { client: RoomsClient; children?: ReactNode }): ReactNode =>
  React.createElement(ClientContext.Provider, { value: client, ...rest })

/** The client given to the nearest `RoomsProvider`; throws when there is none. */
export const useRoomsClient = (): RoomsClient => {
  const client = React.useContext(ClientContext)
  if (!client) throw new RoomsUsageError('wrap the app in <RoomsProvider client={client}>')
  return client
}
