import type { ServerFrame } from 'rooms-protocol'

/** What a session has said so far that its later messages are read by. Immutable, so that each entry can keep the one of its time. */
export interface SessionContext {
  /** The connection's id; null before `welcome`. */
  readonly connection: string | null
  readonly user: string | null
  /** The room of a connection that serves one only. */
  readonly room: string | null
  /** Where the replay of each room's last join ended: offsets up to there are history. */
  readonly replayEnds: ReadonlyMap<string, number>
}

/** Only these change a context; what looks like none of them is not parsed. */
const TELLING = /"type":"(?:welcome|joined|reset)"/

/** @param path as a link's: the room of a connection that serves one only, then the query. */
export function newContext(path: string): SessionContext {
  const name = path.split('?')[0]!.slice(1)
  return { connection: null, user: null, room: name === '' ? null : decodeURIComponent(name), replayEnds: new Map() }
}

/** The context after one object from the server. */
export function nextContext(context: SessionContext, text: string): SessionContext {
  if (!TELLING.test(text)) return context
  const frame = JSON.parse(text) as ServerFrame
  switch (frame.type) {
    case 'welcome': return { ...context, connection: frame.connection, user: frame.user }
    case 'joined':
    case 'reset': return { ...context, replayEnds: new Map(context.replayEnds).set(frame.room, Number(frame.position.split(':')[1])) }
    default: return context
  }
}
