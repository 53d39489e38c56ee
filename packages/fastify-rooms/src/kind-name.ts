import { isRoomName } from 'rooms-protocol'

/** Whether a room's kind can be called so: a bare room's name is its kind. */
export function isKind(text: unknown): text is string {
  return isRoomName(text) && !text.includes(':')
}
