import { type JoinedFrame, type JoinFrame, type JoinReason, parsePosition } from 'rooms-protocol'
import type { Connection } from './connection.js'
import type { Recalled } from './recall.js'
import type { Room } from './room.js'
import type { Grants } from './rooms-api.js'

/** What a join found in the room's history. */
export interface Recovery {
  /** `null` when nothing was read: live from wherever the room stands. */
  readonly replay: Recalled | null
  readonly said: Pick<JoinedFrame, 'recovered' | 'reason'>
  /** The room's life when it was read. */
  readonly life: number
}

/**
 * Reads what followed the position that a client gives, or the last events it asks for.
 * @param returns it has not left the room: where nothing followed, no history is asked for.
 */
export async function recover(connection: Connection, room: Room, frame: JoinFrame, grants: Grants | null, returns: boolean): Promise<Recovery> {
  const { node } = connection
  const asked = frame.position !== undefined || (frame.rewind ?? 0) > 0
  if (!asked) return { replay: null, said: {}, life: room.life }
  if (!(await node.authorizer.allowsPart(connection.user, room.name, room.rules, grants, 'history')))
    return { ...(returns && frame.position === room.position ? nothingSince(frame.position) : { replay: null, said: frame.position === undefined ? {} : { recovered: false, reason: 'forbidden' } }), life: room.life }
  // A read may be ahead of what this node has received; what it has not received must not be sent twice.
  const { life } = room
  const found = await read(room, frame)
  if (found.replay !== null) await room.settled()
  return { ...found, life }
}

function nothingSince(position: string): Omit<Recovery, 'life'> {
  return { replay: { verdict: 'ok', entries: [], from: parsePosition(position)!, position }, said: { recovered: true } }
}

async function read(room: Room, frame: JoinFrame): Promise<Omit<Recovery, 'life'>> {
  let reason: JoinReason = 'invalid'
  const since = parsePosition(frame.position)
  if (since !== null) {
    const recalled = await room.recall.since(since)
    if (recalled.verdict === 'ok') return { replay: recalled, said: { recovered: true } }
    reason = recalled.verdict
  }
  const said = frame.position === undefined ? {} : { recovered: false, reason }
  return { replay: frame.rewind === undefined || frame.rewind === 0 ? null : await room.recall.last(frame.rewind), said }
}
