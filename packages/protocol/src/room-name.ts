import type { Kind } from './contract.js'
import { RoomsError } from './errors.js'

const NAME = /^[a-z][a-z0-9_-]{0,31}(:[A-Za-z0-9_.~:-]{1,128})?$/
const KIND = /^[a-z][a-z0-9_-]{0,31}$/
const MAX_ID = 128

/** Whether `text` is a room name: `kind` or `kind:id`. */
export function isRoomName(text: unknown): text is string {
  return typeof text === 'string' && NAME.test(text)
}

/** The part before the first `:`; picks the contract entry. */
export function roomKind(name: string): string {
  const colon = name.indexOf(':')
  return colon < 0 ? name : name.slice(0, colon)
}

/** The part after the first `:`; empty for a bare room. */
export function roomId(name: string): string {
  const colon = name.indexOf(':')
  return colon < 0 ? '' : name.slice(colon + 1)
}

/**
 * Builds `kind:id` from any text: characters outside the grammar, `~` included, become `~hh` of their UTF-8
 * (lower-case hex), so different texts never share a room. A number counts as its text: `7` and `'7'` are one room.
 *
 * @throws RoomsError `ROOMS_BAD_ROOM_NAME` when the kind is none, or the id is missing or empty, is not well-formed
 * Unicode, or is longer than 128 characters once encoded.
 * @example roomName('user', 'ana@example.com') // 'user:ana~40example.com'
 */
export function roomName<K extends Kind>(kind: K, id: string | number): `${K}:${string}` {
  if (typeof kind !== 'string' || !KIND.test(kind)) throw bad(`a room kind is 1-32 of a-z 0-9 _ - and starts with a letter, but got ${show(kind)}`)
  if (typeof id === 'number' ? !Number.isFinite(id) : typeof id !== 'string' || id === '')
    throw bad(`roomName('${kind}', id) expects the id to be a non-empty string or a finite number, but got ${show(id)}`)
  const encoded = encodeId(String(id))
  if (encoded.length > MAX_ID) throw bad(`the id of a '${kind}' room is ${encoded.length} characters once encoded; the longest is ${MAX_ID}: use a shorter id or its hash`)
  return `${kind}:${encoded}`
}

function encodeId(text: string): string {
  let percent: string
  try {
    percent = encodeURIComponent(text)
  } catch {
    throw bad('the room id has a lone surrogate: pass well-formed Unicode')
  }
  // encodeURIComponent leaves !~*'() as they are and escapes ':', which the grammar allows.
  return percent.replace(/%3A/g, ':').replace(/[!~*'()]/g, (c) => `~${c.charCodeAt(0).toString(16)}`).replace(/%(..)/g, (_, hex: string) => `~${hex.toLowerCase()}`)
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : typeof value === 'number' ? String(value) : typeof value
}

function bad(message: string): RoomsError {
  return new RoomsError('ROOMS_BAD_ROOM_NAME', message)
}
