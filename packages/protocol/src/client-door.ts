import { readClientFrame } from './client-fields.js'
import type { ClientFrame, ErrorCode } from './frames.js'

/** How deep a client's object may nest, itself included; deeper values overflow the stack when they are encoded again. */
export const MAX_DEPTH = 32
const FORBIDDEN_KEY = 'the object has a `__proto__` or `constructor.prototype` key: remove it'

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
 *
 * Fields the protocol does not know are dropped. What passes nests at most 32 deep, holds no `__proto__` or
 * `constructor.prototype` key and no number that JSON cannot write again (`1e999`), so it can be copied and encoded safely.
 *
 * @param text one object: a line of `splitBatch`.
 * @param maxBytes longest text in UTF-8 bytes; longer is `too_large`.
 * @example
 * const parsed = parseClientFrame('{"type":"ping"}', 65_536)
 * if (parsed.ok) take(parsed.frame)
 * else refuse(parsed.code, parsed.message)
 */
export function parseClientFrame(text: string, maxBytes: number): Parsed {
  if (exceeds(text, maxBytes))
    return { ok: false, code: 'too_large', message: `an object may have at most ${maxBytes} bytes (limits.messageBytes): send less, or raise the limit on the server` }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return badJson('the message is not JSON: send one JSON object per line')
  }
  return takeObject(value)
}

/** The same door for a value that is parsed already (an HTTP body, whose size the HTTP server has limited). Never throws. */
export function takeClientFrame(value: unknown): Parsed {
  try {
    return takeObject(value)
  } catch {
    return badJson('the object cannot be read: send plain JSON')
  }
}

function takeObject(value: unknown): Parsed {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return badJson('the message is JSON but not an object: send one JSON object per line')
  const flaw = flawOf(value as Readonly<Record<string, unknown>>, MAX_DEPTH)
  return flaw === null ? readClientFrame(value as Readonly<Record<string, unknown>>) : badJson(flaw)
}

/** What keeps a parsed value from being encoded again as it came, or null. `depth` is how many levels are left. */
function flawOf(value: readonly unknown[] | Readonly<Record<string, unknown>>, depth: number): string | null {
  if (depth === 0) return `the object nests deeper than ${MAX_DEPTH}: flatten it`
  // An index is several times faster than for-in, which makes a string of every one.
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const flaw = flawOfItem(value[i], depth)
      if (flaw !== null) return flaw
    }
    return null
  }
  const fields = value as Readonly<Record<string, unknown>>
  for (const key in fields) {
    // `JSON.parse` makes these keys an object's own; what copies the object later would reach a prototype by them.
    if (key === '__proto__' || (key === 'constructor' && hasPrototype(fields[key]))) return FORBIDDEN_KEY
    const flaw = flawOfItem(fields[key], depth)
    if (flaw !== null) return flaw
  }
  return null
}

function flawOfItem(item: unknown, depth: number): string | null {
  if (typeof item === 'object' && item !== null) return flawOf(item as Readonly<Record<string, unknown>>, depth - 1)
  return item === Infinity || item === -Infinity ? 'the object has a number beyond ±1.8e308: send it as a string' : null
}

function hasPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype')
}

function badJson(message: string): Refused {
  return { ok: false, code: 'bad_json', message }
}

/** Whether a text has more than `maxBytes` UTF-8 bytes; texts that cannot, or must, are not measured. */
function exceeds(text: string, maxBytes: number): boolean {
  return text.length > maxBytes || (text.length * 3 > maxBytes && utf8Length(text) > maxBytes)
}

/** UTF-8 bytes of a well-formed text: each half of a surrogate pair counts 2. */
function utf8Length(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2
  }
  return bytes
}
