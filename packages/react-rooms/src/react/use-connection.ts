import { NO_CONNECTION, type ConnectionInfo } from '../client/connection-info.js'
import { useRoomsClient } from './provider.js'
import { useSelected } from './use-selected.js'

/**
 * Where the connection stands. With a selector the component renders only when the selected part changes.
 *
 * @example const lost = useConnection((connection) => connection.lost)
 */
export const useConnection = <T = ConnectionInfo>(selector?: (connection: ConnectionInfo) => T): T => {
  const client = useRoomsClient()
  return useSelected({ get: client.connection, subscribe: client.subscribe }, NO_CONNECTION, selector)
}
