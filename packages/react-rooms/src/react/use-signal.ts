import type { Kind, SignalData, SignalInput, SignalName } from 'rooms-protocol'
import { React } from './react.js'
import type { Room } from '../client/room.js'
import { useListener } from './use-listener.js'

/**
 * A stable function that sends a signal, and a handler for those of others. Signals are dropped while the room is not
 * joined and before anything else under pressure.
 *
 * @example const point = useSignal(room, 'cursor', ({ x, y }, { from }) => move(from, x, y))
 */
export const useSignal = <K extends Kind, S extends SignalName<K>>(
  room: Room<K>, signal: S, handler?: (data: SignalData<K, S>, meta: { from: string }) => void,
): (data: SignalInput<K, S>) => void => {
  useListener(handler, React.useCallback((listener) => room.onSignal(signal, listener), [room, signal]))
  return React.useCallback((data) => room.signal(signal, data), [room, signal])
}
