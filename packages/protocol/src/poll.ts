import type { ServerFrame } from './frames.js'

/** The body of `POST /poll`: every room of a client in one request. */
export interface PollRequest {
  /** The last position of each room; `null` joins it without one. */
  readonly rooms: Record<string, string | null>
  /** What the answer before said; the first poll has none. */
  readonly connection?: string
  /** What the answer before said. */
  readonly presence?: Record<string, number>
  /** For rooms that are joined: how many of the last events to replay when there is no position or it does not recover. */
  readonly rewind?: Record<string, number>
  /** How long the server may wait for something to tell; 25,000 by default, 30,000 at most. */
  readonly waitMs?: number
}

/** The answer to a poll. */
export interface PollAnswer {
  readonly messages: ServerFrame[]
  /** Where each joined room stands after these messages: the `rooms` of the next poll. */
  readonly positions: Record<string, string>
  /** Up to where each joined room's presence is told: the `presence` of the next poll. */
  readonly presence: Record<string, number>
  readonly connection: string
}
