import { isRoomName } from 'rooms-protocol'

/** What a kind must be, for error messages. */
export const KIND_RULE = '1-32 of a-z 0-9 _ - and starts with a letter'
/** Longest name of an event, a publish or a signal that the protocol takes, in UTF-16 units. */
export const MAX_NAME = 128

/** Whether a room's kind can be called so: a bare room's name is its kind. */
export function isKind(text: unknown): text is string {
  return isRoomName(text) && !text.includes(':')
}

/** Whether an event, a publish or a signal can be called so. */
export function isName(text: unknown): boolean {
  return typeof text === 'string' && text !== '' && text.length <= MAX_NAME
}
