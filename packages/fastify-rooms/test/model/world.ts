import type { Follower } from './follower.js'
import type { RoomLog } from './room-log.js'

/** Two nodes, one broker, one room, and everything that can go wrong with them. */
export interface World {
  readonly room: string
  readonly log: RoomLog
  readonly followers: readonly Follower[]
  /** Where a node listens. */
  url(node: number): string
  /** Sends on a node; resolves with the event's position, or `null` if that was refused. */
  send(node: number, id: string): Promise<string | null>
  /** Where the room's stream ends. */
  position(): Promise<string>
  /** A node ends at once and another takes its place. */
  killNode(node: number): Promise<void>
  /** A node hears nothing for a moment and knows it. */
  cutSubscriber(node: number): Promise<void>
  /** A node misses some live events and does not know it. */
  loseEvents(node: number, count: number): Promise<void>
  /** Only the newest event stays in the history. */
  trim(): Promise<void>
  /** The stream begins anew, and nobody is told. */
  deleteMeta(): Promise<void>
  /** The stream begins anew, and everybody is told. */
  restart(node: number): Promise<void>
  /** What the room is now may come back: a replica lags behind from here on. */
  remember(): Promise<void>
  /** That replica takes over, where the broker has any: what happened since was never. */
  goBack(): Promise<void>
  /** Everything works again. */
  heal(): Promise<void>
}
