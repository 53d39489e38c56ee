import type { Entry } from './recorder.js'

/** An entry, as a row of the timeline tells it. */
export interface Description {
  /** The object's `type`; `connection` for what happened here, `unreadable` for what is no object. */
  readonly type: string
  /** Null for what concerns the connection. */
  readonly room: string | null
  /** What it is about: the event's or signal's name, a code, who came and went. */
  readonly what: string
  readonly offset: number | null
  /** Of an event or signal: `own`, a user, `server`; `skip` for what was not for this connection; with `replayed` for history. */
  readonly origin: string
  /** The object itself. */
  readonly frame: unknown
}

/** The fields any object may have. */
type Fields = { readonly [key in string]?: unknown } & { readonly type?: unknown }

/** Entries never change, so each is read once. */
const known = new WeakMap<Entry, Description>()

export function describe(entry: Entry): Description {
  let description = known.get(entry)
  if (description === undefined) known.set(entry, (description = read(entry)))
  return description
}

function read(entry: Entry): Description {
  const { way, text, context } = entry
  if (way === 'here') return { type: 'connection', room: context.room, what: text, offset: null, origin: '', frame: null }
  let frame: Fields
  try {
    frame = JSON.parse(text) as Fields
  } catch {
    frame = { type: 'unreadable' }
  }
  const { type, room, offset } = frame
  return {
    type: String(type),
    room: typeof room === 'string' ? room : context.room,
    what: whatOf(frame),
    offset: typeof offset === 'number' ? offset : null,
    origin: originOf(entry, frame),
    frame: type === 'unreadable' ? text : frame,
  }
}

function whatOf(frame: Fields): string {
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
  switch (frame.type) {
    case 'event':
    case 'publish': return String(frame['event'])
    case 'signal': return String(frame['signal'])
    case 'error': return `${frame['code']}: ${frame['message']}`
    case 'bye':
    case 'left': return `${frame['code']} ${frame['reason']}`.trim()
    case 'welcome': return String(frame['user'])
    case 'join': return frame['position'] === undefined ? '' : `from ${frame['position']}`
    case 'joined': return [recovery(frame), `replay ${frame['replay']}`, `${frame['size']} here`].join(', ')
    case 'reset': return String(frame['reason'])
    case 'ack': return frame['duplicate'] === true ? 'duplicate' : ''
    case 'live': return frame['on'] === true ? 'resumed' : 'paused'
    case 'typing': return [frame['user'], frame['on'] === true ? 'on' : 'off'].filter(Boolean).join(' ')
    case 'members': return frame['members'] === undefined ? '' : String(list(frame['members']).length)
    case 'presence': return frame['size'] === undefined ? '' : `+${list(frame['joined']).length} −${list(frame['left']).length}, ${frame['size']} here`
    default: return ''
  }
}

function recovery({ recovered, reason }: Fields): string {
  return recovered === undefined ? 'fresh' : recovered === true ? 'recovered' : `not recovered (${reason})`
}

function originOf({ way, context }: Entry, frame: Fields): string {
  if (way === 'out') return ''
  const { type, from, room, offset } = frame
  const replayed = typeof offset === 'number' && offset <= (context.replayEnds.get(String(room)) ?? 0)
  const origin = type === 'skip' ? 'skip'
    : type === 'event' || type === 'signal' ? from === undefined ? 'server' : from === context.user ? 'own' : String(from)
      : ''
  return replayed ? `${origin}, replayed` : origin
}
