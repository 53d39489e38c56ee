import type { EventData, EventName, Kind } from 'rooms-protocol'
import { React } from './react.js'
import type { EventMeta, Room } from '../client/room.js'
import { useLatest } from './use-latest.js'

/**
 * Hears one kind of event: each once, in order, none lost to batching, without a render. The handler may change between
 * renders.
 *
 * @example useRoomEvent(room, 'message', (message, meta) => { if (!meta.replayed) play(chime) })
 */
export const useRoomEvent = <K extends Kind, E extends EventName<K>>(room: Room<K>, event: E, handler: (data: EventData<K, E>, meta: EventMeta) => void): void => {
  const latest = useLatest(handler)
  React.useEffect(() => room.on(event, (data, meta) => latest.current(data, meta)), [room, event, latest])
}
