import type { EventData, EventName, Kind } from 'rooms-protocol'
import type { EventMeta, Room } from '../client/room.js'
import { React } from './react.js'
import { useListener } from './use-listener.js'

/**
 * Hears one kind of event: each once, in order, none lost to batching, without a render. The handler may change between
 * renders.
 *
 * @example useRoomEvent(room, 'message', (message, meta) => { if (!meta.replayed) play(chime) })
 */
export const useRoomEvent = <K extends Kind, E extends EventName<K>>(room: Room<K>, event: E, handler: (data: EventData<K, E>, meta: EventMeta) => void): void =>
  useListener(handler, React.useCallback((listener) => room.on(event, listener), [room, event]))
