import type { JoinFrame } from 'rooms-protocol'
import type { Clock } from '../clock.js'
import type { LinkEnds } from './transport.js'

/** What the two ways to receive over HTTP share with the link they serve. */
export interface FallbackSession {
  readonly clock: Clock
  /** Whether it serves one room only, whose refusal ends it. */
  readonly dedicated: boolean
  readonly ends: LinkEnds
  /** One request to a path of the server, with the newest token. */
  request(path: string, init: RequestInit): Promise<Response>
  /** The server cannot be heard this way any more. */
  broke(): void
}

/** One way to receive over HTTP. Nothing it says is heard after `stop`. */
export interface Receiver {
  readonly transport: 'sse' | 'poll'
  /** Joins a room or, if it is in it, joins it again from where the frame says. */
  join(frame: JoinFrame): void
  leave(room: string): void
  /** There is a new token; a `welcome` with its expiry must follow. */
  renewed(): void
  /** Something must be heard soon, if anything can be. */
  check(): void
  /** Who speaks in a room, for `Rooms-Connection`; undefined before the server said so. */
  connectionOf(room: string): string | undefined
  stop(): void
}

/** Whether two joins of a room are answered alike: one that is on its way need not be sent again. */
export function isSameJoin(a: JoinFrame, b: JoinFrame): boolean {
  return a.position === b.position && a.rewind === b.rewind
}
