import type { Parsed, Refused } from './client-door.js'
import type { AskMembersFrame, AuthFrame, JoinFrame, PublishFrame, SendSignalFrame, SetPresenceFrame, SetTypingFrame } from './frames.js'
import { isRoomName } from './room-name.js'

/** Longest event, signal or user name, in UTF-16 units. */
const MAX_NAME = 128
const MAX_TRACE = 512
const MAX_TOKEN = 16_384
const ID = /^[A-Za-z0-9_.:-]{1,64}$/
/** Longest part of a refused text that an error message shows. */
const SHOWN = 40

const NAME = `a string of 1-${MAX_NAME} characters`
/** What each field must be, as error messages say it. */
const EXPECTED = {
  room: 'a room name, `kind` or `kind:id` (kind: a letter a-z, then a-z 0-9 _ -, at most 32; id: 1-128 of A-Z a-z 0-9 _ . ~ : -)',
  event: NAME,
  signal: NAME,
  id: '1-64 of A-Z a-z 0-9 _ . : -',
  position: 'a string, as the server sent it',
  rewind: 'a whole number from 0 up',
  trace: `a string of at most ${MAX_TRACE} characters`,
  on: 'true or false',
  state: 'a JSON value (null clears it)',
  after: `a user, a string of at most ${MAX_NAME} characters`,
  token: `a string of 1-${MAX_TOKEN} characters`,
} as const

type Fields = Readonly<Record<string, unknown>>
type Draft<F> = { -readonly [K in keyof F]: F[K] }

const PING: Parsed = { ok: true, frame: { type: 'ping' } }
const PONG: Parsed = { ok: true, frame: { type: 'pong' } }

/** Reads the fields of one client object; the first that is wrong names the refusal. A valid frame costs one new object and its verdict. */
export function readClientFrame(fields: Fields): Parsed {
  switch (fields['type']) {
    case 'join': return readJoin(fields)
    case 'leave': return isRoomName(fields['room']) ? { ok: true, frame: { type: 'leave', room: fields['room'] } } : wrong(fields, 'room')
    case 'publish': return readPublish(fields)
    case 'signal': return readSignal(fields)
    case 'typing': return readTyping(fields)
    case 'presence': return readPresence(fields)
    case 'members': return readMembers(fields)
    case 'auth': return readAuth(fields)
    case 'ping': return PING
    case 'pong': return PONG
    case undefined: return refuse(fields, 'unknown_type', "the object has no 'type': see PROTOCOL.md for what a client may send")
    default: return refuse(fields, 'unknown_type', `unknown type ${show(fields['type'])}: see PROTOCOL.md for what a client may send`)
  }
}

function readJoin(fields: Fields): Parsed {
  const { room, position, rewind, state } = fields
  if (!isRoomName(room)) return wrong(fields, 'room')
  // Any text may stand here: one that is no position joins without recovering, and is told so.
  if (!isOptionalText(position, Infinity)) return wrong(fields, 'position')
  if (!isOptionalCount(rewind)) return wrong(fields, 'rewind')
  const frame: Draft<JoinFrame> = { type: 'join', room }
  if (position !== undefined) frame.position = position
  if (rewind !== undefined) frame.rewind = rewind
  if (state !== undefined) frame.state = state
  return { ok: true, frame }
}

function readPublish(fields: Fields): Parsed {
  const { event, data, room, id, trace } = fields
  if (!isName(event)) return wrong(fields, 'event')
  if (!isOptionalRoom(room)) return wrong(fields, 'room')
  if (!isOptionalId(id)) return wrong(fields, 'id')
  if (!isOptionalText(trace, MAX_TRACE)) return wrong(fields, 'trace')
  const frame: Draft<PublishFrame> = { type: 'publish', event, data: data ?? null }
  if (room !== undefined) frame.room = room
  if (id !== undefined) frame.id = id
  if (trace !== undefined) frame.trace = trace
  return { ok: true, frame }
}

function readSignal(fields: Fields): Parsed {
  const { signal, data, room } = fields
  if (!isName(signal)) return wrong(fields, 'signal')
  if (!isOptionalRoom(room)) return wrong(fields, 'room')
  const frame: Draft<SendSignalFrame> = { type: 'signal', signal, data: data ?? null }
  if (room !== undefined) frame.room = room
  return { ok: true, frame }
}

function readTyping(fields: Fields): Parsed {
  const { on, room } = fields
  if (typeof on !== 'boolean') return wrong(fields, 'on')
  if (!isOptionalRoom(room)) return wrong(fields, 'room')
  const frame: Draft<SetTypingFrame> = { type: 'typing', on }
  if (room !== undefined) frame.room = room
  return { ok: true, frame }
}

function readPresence(fields: Fields): Parsed {
  const { state, room } = fields
  if (state === undefined) return wrong(fields, 'state')
  if (!isOptionalRoom(room)) return wrong(fields, 'room')
  const frame: Draft<SetPresenceFrame> = { type: 'presence', state }
  if (room !== undefined) frame.room = room
  return { ok: true, frame }
}

function readMembers(fields: Fields): Parsed {
  const { room, after } = fields
  if (!isOptionalRoom(room)) return wrong(fields, 'room')
  if (!isOptionalText(after, MAX_NAME)) return wrong(fields, 'after')
  const frame: Draft<AskMembersFrame> = { type: 'members' }
  if (room !== undefined) frame.room = room
  if (after !== undefined) frame.after = after
  return { ok: true, frame }
}

function readAuth(fields: Fields): Parsed {
  const { token, id } = fields
  if (typeof token !== 'string' || token === '' || token.length > MAX_TOKEN) return wrong(fields, 'token')
  if (!isOptionalId(id)) return wrong(fields, 'id')
  const frame: Draft<AuthFrame> = { type: 'auth', token }
  if (id !== undefined) frame.id = id
  return { ok: true, frame }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_NAME
}
function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value)
}
function isOptionalId(value: unknown): value is string | undefined {
  return value === undefined || isId(value)
}
function isOptionalRoom(value: unknown): value is string | undefined {
  return value === undefined || isRoomName(value)
}
function isOptionalText(value: unknown, max: number): value is string | undefined {
  return value === undefined || (typeof value === 'string' && value.length <= max)
}
function isOptionalCount(value: unknown): value is number | undefined {
  return value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0)
}

function wrong(fields: Fields, field: keyof typeof EXPECTED): Refused {
  // A token may be a real one with one character too many: error messages reach logs and screens.
  const got = field === 'token' ? '' : `, but got ${show(fields[field])}`
  return refuse(fields, 'bad_request', `'${String(fields['type'])}' expects '${field}' to be ${EXPECTED[field]}${got}`)
}

function refuse(fields: Fields, code: 'unknown_type' | 'bad_request', message: string): Refused {
  const { id, room } = fields
  return { ok: false, code, message, ...(isId(id) ? { id } : {}), ...(isRoomName(room) ? { room } : {}) }
}

/** A short form of a refused value for an error message; never the whole value. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value !== 'string') return String(value)
  return value.length > SHOWN ? `${JSON.stringify(value.slice(0, SHOWN))}…` : JSON.stringify(value)
}
