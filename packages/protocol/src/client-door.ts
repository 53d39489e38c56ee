import { parse } from 'secure-json-parse'
import type { ClientFrame, ErrorCode } from './frames.js'
import { isRoomName } from './room-name.js'

/** How deep a client's JSON may nest; deeper values overflow the stack when they are encoded again. */
export const MAX_DEPTH = 32
/** Longest event, signal or user name in UTF-16 units. */
const MAX_NAME = 128
const MAX_TRACE = 512
const MAX_TOKEN = 16_384
const MAX_POSITION = 256
const ID = /^[A-Za-z0-9_.:-]{1,64}$/
/** Longest part of a refused value that an error message shows. */
const SHOWN = 40

/** A client object that could not be taken, as the `error` frame that answers it will say. */
export interface Refused {
  readonly ok: false
  readonly code: Extract<ErrorCode, 'bad_json' | 'bad_request' | 'unknown_type' | 'too_large'>
  readonly message: string
  /** The object's own `id`, where it had a valid one, so that the answer finds its question. */
  readonly id?: string
  /** The object's own `room`, where it had a valid one. */
  readonly room?: string
}
export type Parsed = { readonly ok: true; readonly frame: ClientFrame } | Refused

/**
 * The one door for what clients send: untrusted text in, a frame or a named error out. Never throws.
 * Unknown fields are dropped. `room` is checked against the grammar, numbers are safe integers, the value nests at
 * most 32 deep and holds no `__proto__`.
 *
 * @param maxBytes longest text in UTF-8 bytes; longer is `too_large`.
 */
export function parseClientFrame(text: string, maxBytes: number): Parsed {
  if (text.length > maxBytes || (text.length * 3 > maxBytes && utf8Length(text) > maxBytes))
    return { ok: false, code: 'too_large', message: `an object may have at most ${maxBytes} bytes (limits.messageBytes): send less, or raise the limit on the server` }
  let value: unknown
  try {
    value = parse(text)
  } catch (error) {
    const proto = error instanceof SyntaxError && error.message.includes('forbidden prototype')
    return badJson(proto ? 'the object has a `__proto__` or `constructor.prototype` key: remove it' : 'the message is not JSON: send one JSON object per line')
  }
  return takeClientFrame(value)
}

/** The same door for values that are parsed already (an HTTP body). */
export function takeClientFrame(value: unknown): Parsed {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return badJson(`the message is ${show(value)}: send a JSON object`)
  if (!within(value, MAX_DEPTH)) return badJson(`the object nests deeper than ${MAX_DEPTH}: flatten it`)
  return readFrame(value as Fields)
}

type Fields = Readonly<Record<string, unknown>>

function readFrame(fields: Fields): Parsed {
  const read = new FieldReader(fields)
  const frame = frameOf(fields, read)
  if (frame === undefined) return read.refusal('unknown_type', `unknown type ${show(fields['type'])}: see PROTOCOL.md for what a client may send`)
  return read.problem === null ? { ok: true, frame } : read.refusal('bad_request', read.problem)
}

function frameOf(fields: Fields, read: FieldReader): ClientFrame | undefined {
  switch (fields['type']) {
    case 'join': return { type: 'join', room: read.room(true)!, ...read.text('position', MAX_POSITION), ...read.count('rewind'), ...read.present('state') }
    case 'leave': return { type: 'leave', room: read.room(true)! }
    case 'publish': return { type: 'publish', event: read.name('event'), data: fields['data'] ?? null, ...read.optionalRoom(), ...read.id(), ...read.text('trace', MAX_TRACE) }
    case 'signal': return { type: 'signal', signal: read.name('signal'), data: fields['data'] ?? null, ...read.optionalRoom() }
    case 'typing': return { type: 'typing', on: read.flag('on'), ...read.optionalRoom() }
    case 'presence': return { type: 'presence', state: read.required('state'), ...read.optionalRoom() }
    case 'members': return { type: 'members', ...read.optionalRoom(), ...read.text('after', MAX_NAME) }
    case 'auth': return { type: 'auth', token: read.token(), ...read.id() }
    case 'ping': return { type: 'ping' }
    case 'pong': return { type: 'pong' }
    default: return undefined
  }
}

/** Reads typed fields and remembers the first problem. */
class FieldReader {
  problem: string | null = null
  readonly #fields: Fields
  constructor(fields: Fields) { this.#fields = fields }

  room(required: boolean): string | undefined {
    const value = this.#fields['room']
    if (value === undefined && !required) return undefined
    if (!isRoomName(value)) this.#expect('room', 'a room name, `kind` or `kind:id` (kind: a-z 0-9 _ -, at most 32; id: A-Z a-z 0-9 _ . ~ : -, at most 128)')
    return value as string
  }
  optionalRoom(): { room?: string } {
    const room = this.room(false)
    return room === undefined ? {} : { room }
  }
  name(field: string): string {
    const value = this.#fields[field]
    if (typeof value !== 'string' || value === '' || value.length > MAX_NAME) this.#expect(field, `a string of 1-${MAX_NAME} characters`)
    return value as string
  }
  token(): string {
    const value = this.#fields['token']
    if (typeof value !== 'string' || value === '' || value.length > MAX_TOKEN) this.problem ??= `'auth' expects 'token' to be a non-empty string of at most ${MAX_TOKEN} characters`
    return value as string
  }
  id(): { id?: string } {
    const value = this.#fields['id']
    if (value === undefined) return {}
    if (typeof value !== 'string' || !ID.test(value)) this.#expect('id', '1-64 of A-Z a-z 0-9 _ . : -')
    return { id: value as string }
  }
  text<F extends string>(field: F, max: number): { [K in F]?: string } {
    const value = this.#fields[field]
    if (value === undefined) return {}
    if (typeof value !== 'string' || value.length > max) this.#expect(field, `a string of at most ${max} characters`)
    return { [field]: value } as { [K in F]?: string }
  }
  count<F extends string>(field: F): { [K in F]?: number } {
    const value = this.#fields[field]
    if (value === undefined) return {}
    if (!Number.isSafeInteger(value) || (value as number) < 0) this.#expect(field, 'a whole number from 0 up')
    return { [field]: value } as { [K in F]?: number }
  }
  flag(field: string): boolean {
    const value = this.#fields[field]
    if (typeof value !== 'boolean') this.#expect(field, 'true or false')
    return value as boolean
  }
  required(field: string): unknown {
    if (this.#fields[field] === undefined) this.#expect(field, 'a JSON value (null clears it)')
    return this.#fields[field]
  }
  present<F extends string>(field: F): { [K in F]?: unknown } {
    return this.#fields[field] === undefined ? {} : ({ [field]: this.#fields[field] } as { [K in F]?: unknown })
  }
  refusal(code: 'unknown_type' | 'bad_request', message: string): Refused {
    const { id, room } = this.#fields
    return { ok: false, code, message, ...(typeof id === 'string' && ID.test(id) ? { id } : {}), ...(isRoomName(room) ? { room } : {}) }
  }
  #expect(field: string, what: string): void {
    this.problem ??= `'${String(this.#fields['type'])}' expects '${field}' to be ${what}, but got ${show(this.#fields[field])}`
  }
}

function badJson(message: string): Refused {
  return { ok: false, code: 'bad_json', message }
}

/** Whether objects and arrays nest at most `depth` levels. */
function within(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0) return false
  for (const key in value) if (!within((value as Fields)[key], depth - 1)) return false
  return true
}

/** UTF-8 bytes of a text; half of a surrogate pair counts 2. */
function utf8Length(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2
  }
  return bytes
}

/** A short form of a refused value for an error message; never the whole value. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value) ?? typeof value
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
}
