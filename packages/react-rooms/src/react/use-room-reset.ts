import { React } from './react.js'
import type { AnyRoom } from '../client/room.js'
import { useLatest } from './use-latest.js'

/** Told when continuity broke and what was derived from the room must be fetched again; React Query's users need it not. */
export const useRoomReset = (room: AnyRoom, handler: (reason: string) => void): void => {
  const latest = useLatest(handler)
  React.useEffect(() => room.onReset((reason) => latest.current(reason)), [room, latest])
}
