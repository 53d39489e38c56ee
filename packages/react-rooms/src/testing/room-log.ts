import { formatPosition, parsePosition, type EventFrame, type JoinReason } from 'rooms-protocol'

/** What a join is told of the stream. */
export interface Continuity {
  readonly recovered?: boolean
  readonly reason?: JoinReason
  readonly replay: readonly EventFrame[]
}

/** One room's stream, with its whole history. */
export interface RoomLog {
  readonly position: string
  append(event: Omit<EventFrame, 'type' | 'room' | 'offset' | 'tag'>): EventFrame
  /** What follows a position, or the last `rewind` events where there is none or it does not recover. */
  since(position: string | undefined, rewind: number | undefined): Continuity
  /** Begins another life of the stream; joins from the former one are told the reason. */
  restart(reason: JoinReason): void
}

/** @param nextEpoch names a life of a stream, no two alike: a position of another room is noticed. */
export function createRoomLog(room: string, nextEpoch: () => string): RoomLog {
  const ended = new Map<string, JoinReason>()
  let epoch = nextEpoch()
  let events: EventFrame[] = []
  const flawOf = (text: string): JoinReason | null => {
    const position = parsePosition(text)
    if (position === null) return 'invalid'
    if (position.epoch !== epoch) return ended.get(position.epoch) ?? 'epoch'
    if (position.offset > events.length) return 'ahead'
    return position.offset > 0 && events[position.offset - 1]!.tag !== position.tag ? 'fork' : null
  }

  return {
    get position() {
      return formatPosition({ epoch, offset: events.length, tag: events.at(-1)?.tag ?? '-' })
    },
    append(event) {
      const offset = events.length + 1
      const frame: EventFrame = { type: 'event', room, ...event, offset, tag: `t${String(offset).padStart(7, '0')}` }
      events.push(frame)
      return frame
    },
    since(position, rewind = 0) {
      const newest = rewind === 0 ? [] : events.slice(-rewind)
      if (position === undefined) return { replay: newest }
      const reason = flawOf(position)
      return reason === null ? { recovered: true, replay: events.slice(parsePosition(position)!.offset) } : { recovered: false, reason, replay: newest }
    },
    restart(reason) {
      ended.set(epoch, reason)
      epoch = nextEpoch()
      events = []
    },
  }
}
