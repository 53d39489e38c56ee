import type { Connection } from './connection.js'
import type { Outbox } from './outbox.js'
import type { Replay } from './replay.js'
import type { Room } from './room.js'
import type { Grants } from './rooms-api.js'

/** More than any batch has; no `Infinity`, which would make a number with a fraction of each membership's. */
export const STRANGE = 0x3fff_ffff

/** One connection's place in one room. */
export class Membership {
  readonly connection: Connection
  /** The connection's; by way of it each write to a member would fetch one object more. */
  readonly outbox: Outbox
  readonly room: Room
  /** What `authorize` granted until a recheck; `null` asks each time. */
  grants: Grants | null
  /** Whether this connection has a presence lease in the room. */
  visible: boolean
  /** How many frames of the room's present batch are in the connection's own queue already, or are not for it; `STRANGE` while the room does not know the membership. */
  taken = STRANGE
  /** Whether this connection said it is typing. */
  typing = false
  /** Events still owed from before; `null` once live. */
  replay: Replay | null = null
  /** Up to which revision a polling client was told of the room's presence; -1 when that is not known. */
  told = -1
  /** Whether a polling client believes that events reach it at once. */
  live = true
  constructor(connection: Connection, room: Room, grants: Grants | null, visible: boolean) {
    this.connection = connection
    this.outbox = connection.outbox
    this.room = room
    this.grants = grants
    this.visible = visible
  }

  /** Where this connection stands, once it has what is written. */
  get position(): string { return this.replay === null ? this.room.position : this.replay.position }
}
