import type { Member, Position } from 'rooms-protocol'
import type { Entry, Ephemeral, PresenceChange } from '../broker/broker.js'

/**
 * What travels on a room's channel, as text: one letter, a few fields ended by `|`, then the wire object. A node
 * orders, finds gaps and skips by the fields alone; it never parses an event.
 */
export type Message =
  | { readonly kind: 'entry'; readonly entry: Entry }
  | { readonly kind: 'ephemeral'; readonly message: Ephemeral }
  | { readonly kind: 'presence'; readonly change: PresenceChange }
  | { readonly kind: 'restarted' }

const FOREIGN = 'a message on a room channel is not ours: is the namespace shared with something else?'

/** A connection id; anything else in `except` names no connection. */
const CONNECTION = /^[A-Za-z0-9_.-]{1,64}$/

export function exceptField(except: string | null): string {
  return except !== null && CONNECTION.test(except) ? except : ''
}

/** `e|epoch|offset|tag|previous tag|except|frame`, as the append script writes it into channel and history. */
export function readEntry(text: string): Entry {
  const [epoch, offset, tag, previousTag, except, frame] = fields(text, 5) as [string, string, string, string, string, string]
  return { epoch, offset: whole(offset), tag, previousTag, except: except === '' ? null : except, frame }
}

/** `s|except|frame` and `t|on|length of user|user|frame`. */
export function writeEphemeral(message: Ephemeral): string {
  return message.kind === 'signal' ? `s|${exceptField(message.except)}|${message.frame}` : `t|${message.on ? 1 : 0}|${message.user.length}|${message.user}${message.frame}`
}

/** `p|revision|diff` and `r|`. Throws on anything a broker of this version did not write. */
export function readMessage(text: string): Message {
  switch (text[0]) {
    case 'e': return { kind: 'entry', entry: readEntry(text) }
    case 's': {
      const [except, frame] = fields(text, 1) as [string, string]
      return { kind: 'ephemeral', message: { kind: 'signal', except: except === '' ? null : except, frame } }
    }
    case 't': {
      const [on, length, rest] = fields(text, 2) as [string, string, string]
      return { kind: 'ephemeral', message: { kind: 'typing', on: on === '1', user: rest.slice(0, whole(length)), frame: rest.slice(whole(length)) } }
    }
    case 'p': {
      const [revision, diff] = fields(text, 1) as [string, string]
      return { kind: 'presence', change: readChange(whole(revision), JSON.parse(diff)) }
    }
    case 'r': return { kind: 'restarted' }
    default: throw new Error(FOREIGN)
  }
}

function readChange(revision: number, diff: unknown): PresenceChange {
  const { left, joined, changed, size } = (diff ?? {}) as Partial<PresenceChange>
  if (!Array.isArray(left) || !Array.isArray(joined) || !Array.isArray(changed) || typeof size !== 'number') throw new Error(FOREIGN)
  return { revision, left: left as string[], joined: joined as Member[], changed: changed as Member[], size }
}

function whole(text: string): number {
  const number = Number(text)
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(number)) throw new Error(FOREIGN)
  return number
}

/** The fields after the letter, and the rest. */
function fields(text: string, count: number): string[] {
  const found: string[] = []
  let from = 2
  for (let i = 0; i < count; i++) {
    const to = text.indexOf('|', from)
    if (to < 0) throw new Error(FOREIGN)
    found.push(text.slice(from, to))
    from = to + 1
  }
  found.push(text.slice(from))
  return found
}

/** A place as scripts answer it. */
export function readPosition(epoch: unknown, offset: unknown, tag: unknown): Position {
  return { epoch: String(epoch), offset: Number(offset), tag: String(tag) }
}
