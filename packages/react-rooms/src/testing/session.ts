import { retryOf, type Info, type ServerFrame } from 'rooms-protocol'
import type { Timer } from '../client/clock.js'
import type { MockSocket } from './mock-socket.js'
import type { Guest } from './served-room.js'

/** One connection of a client, as the server keeps it. */
export interface Session extends Guest {
  readonly socket: MockSocket
  /** Says `bye`, as our server does before it closes. */
  end(code: number, reason: string, retryAfterMs?: number): void
  /** Ends the session then, unless it is called again; undefined: never. */
  expireIn(ms: number | undefined): void
  /** Stops its timers. */
  stop(): void
}

interface Parts {
  readonly socket: MockSocket
  readonly connection: string
  readonly user: string
  readonly info: Info
  readonly dedicated: boolean
  readonly ping: Timer
  readonly expiry: Timer
  readonly pingMs: number
}

export function createSession({ ping, expiry, pingMs, ...parts }: Parts): Session {
  const { socket } = parts
  const write = (...frames: readonly ServerFrame[]): void => {
    socket.write(...frames)
    // A client takes a server that says nothing for dead.
    ping(pingMs, () => write({ type: 'ping' }))
  }
  const end: Session['end'] = (code, reason, retryAfterMs) => {
    socket.write({ type: 'bye', code, reason, retry: retryOf(code), ...(retryAfterMs !== undefined && { retryAfterMs }) })
    socket.end(code)
  }
  return {
    ...parts,
    write,
    end,
    expireIn(ms) {
      if (ms === undefined) expiry()
      else expiry(ms, () => end(4001, 'the session expired'))
    },
    stop() {
      ping()
      expiry()
    },
  }
}
