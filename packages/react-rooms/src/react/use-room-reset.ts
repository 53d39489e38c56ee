import type { AnyRoom } from '../client/room.js'
import { useListener } from './use-listener.js'

/** Told when continuity broke and what was derived from the room must be fetched again; React Query's users need it not. */
export const useRoomReset = (room: AnyRoom, handler: (reason: string) => void): void => useListener(handler, room.onReset)
