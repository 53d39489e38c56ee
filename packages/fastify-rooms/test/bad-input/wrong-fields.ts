import type { ClientFrame } from 'rooms-protocol'

/** A field that is left out. */
export const MISSING = Symbol('missing')

const LONE_SURROGATE = '\ud800'
const HUGE = [1e308, -1e308, 2 ** 53]
const noText: readonly unknown[] = [null, true, 0, -1, 0.5, ...HUGE, [], ['chat:a'], {}, { toString: 'chat:a' }]
const room = [...noText, '', ' ', '..', '*', '__proto__', 'constructor', 'Chat:a', 'chat:', 'chat:a b', 'chat:a/b', 'chat:a\r\nX: y', 'chat:\0', 'chat:{a}', `chat:${LONE_SURROGATE}`, 'chat:é', 'c'.repeat(33), `chat:${'a'.repeat(129)}`, 'x'.repeat(60_000)]
  // Names that every object has are room names as well, and rooms like any other.
  .filter((value) => value !== 'constructor')
const name = [...noText, '', 'x'.repeat(129), 'é'.repeat(20_000)]
const id = [...noText, '', ' ', 'a b', 'a/b', 'é', LONE_SURROGATE, '\0', 'a\nb', 'x'.repeat(65)]
const optionalText = (max: number): unknown[] => [...noText, 'x'.repeat(max + 1), LONE_SURROGATE.repeat(max + 1)]

interface Sample {
  readonly frame: ClientFrame
  /** What each field must not be. */
  readonly wrong: Readonly<Record<string, readonly unknown[]>>
}

/** A right object of every type, and for each of its fields everything that is wrong there; a new type does not compile without one. */
export const SAMPLES: { readonly [T in Exclude<ClientFrame['type'], 'ping' | 'pong'>]: Sample } = {
  join: { frame: { type: 'join', room: 'chat:a', position: 'e:1:aaaaaaaa', rewind: 1 }, wrong: { room: [MISSING, ...room], position: noText, rewind: [null, '5', -1, 0.5, ...HUGE, [], {}, true] } },
  leave: { frame: { type: 'leave', room: 'chat:a' }, wrong: { room: [MISSING, ...room] } },
  publish: { frame: { type: 'publish', event: 'message', data: { text: 'x' }, room: 'chat:a', id: 'p-1', trace: 't' }, wrong: { event: [MISSING, ...name], room, id, trace: optionalText(512) } },
  signal: { frame: { type: 'signal', signal: 'cursor', data: { x: 1 }, room: 'chat:a' }, wrong: { signal: [MISSING, ...name], room } },
  typing: { frame: { type: 'typing', on: true, room: 'chat:a' }, wrong: { on: [MISSING, null, 'true', '', 0, 1, ...HUGE, [], {}, LONE_SURROGATE], room } },
  presence: { frame: { type: 'presence', state: { status: 'here' }, room: 'chat:a' }, wrong: { state: [MISSING], room } },
  members: { frame: { type: 'members', room: 'chat:a', after: 'bo' }, wrong: { room, after: optionalText(128) } },
  auth: { frame: { type: 'auth', token: 'a.b.c', id: 'p-1' }, wrong: { token: [MISSING, ...noText, '', 'x'.repeat(16_385)], id } },
}

/** What the type itself must not be. */
export const WRONG_TYPES: readonly unknown[] = [MISSING, null, true, 7, 1e308, [], ['join'], {}, '', ' join', 'JOIN', 'joined', 'event', '__proto__', 'toString', LONE_SURROGATE, 'x'.repeat(60_000)]

/** What the contract's schemas must refuse, where the protocol lets any JSON pass. */
export const WRONG_DATA: { readonly publish: readonly unknown[]; readonly signal: readonly unknown[]; readonly presence: readonly unknown[] } = {
  publish: [MISSING, null, 7, 'x', [], {}, { text: null }, { text: 7 }, { text: [] }, { text: ' ' }, [{ text: 'x' }]],
  signal: [MISSING, null, 7, 'x', [], {}, { x: '1' }, { x: null }, [{ x: 1 }]],
  presence: [7, 'here', [], {}, { status: 'gone' }, { status: LONE_SURROGATE }, { status: null }, { status: ['here'] }],
}

/** The object with one field replaced, or left out. */
export function withField(frame: object, field: string, value: unknown): Record<string, unknown> {
  const changed: Record<string, unknown> = { ...frame, [field]: value }
  if (value === MISSING) delete changed[field]
  return changed
}

/** A short name of a value for what a test prints. */
export function nameOf(value: unknown): string {
  return value === MISSING ? 'missing' : (JSON.stringify(value) ?? String(value)).slice(0, 40)
}
