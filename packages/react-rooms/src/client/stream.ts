import type { EventFrame, RoomEvent, ServerFrame, SkipFrame } from 'rooms-protocol'
import { createTimer, type Clock } from './clock.js'
import type { Delivery, EventMeta, Joined } from './room.js'
import type { Emitter } from './store.js'

/** What a room tells, by whom it tells it to. */
export interface Told extends Record<string, unknown[]> {
  joined: [Joined]
  reset: [string]
  any: [Delivery]
  all: [RoomEvent, EventMeta]
  [event: `event ${string}`]: [unknown, EventMeta]
  [signal: `signal ${string}`]: [unknown, { from: string }]
}

/** Puts a room's offsets in order: applies last+1, ignores what it had, holds what comes early; and tells of it. */
export interface Stream {
  /** Of the last frame applied; null while that is unknown. */
  position(): string | null
  /** Where to join from. From here to the answer nothing is taken: it is part of the replay. */
  resumeFrom(): string | undefined
  /** Asks for what follows an older position, applied or not. Says whether a join must follow. */
  rejoinFrom(position: string): boolean
  /** Whether the replay of the last join was applied. */
  caughtUp(): boolean
  /** Takes what concerns the order; a `left` with 1000 forgets everything. */
  receive(frame: ServerFrame): void
}

const offsetOf = (position: string): number => +position.split(':')[1]!

/** @param behind is told of a hole that did not close. */
export const createStream = (clock: Clock, emit: Emitter<Told>['emit'], behind: () => void): Stream => {
  /** How long a hole may stay before the room is joined again. */
  const GAP_MS = 250
  const held = new Map<number, EventFrame | SkipFrame>()
  const hole = createTimer(clock)
  /** Empty before the first join. */
  let epoch = ''
  let last = 0
  /** Of `last`; undefined while that frame was never seen. */
  let position: string | undefined
  /** Where the replay of the last join ends. */
  let end = 0
  let waiting = true
  /** The older position asked for, and the one the join under way asks for. */
  let older: string | undefined
  let asked: string | undefined
  /** Up to here the replay may bring what was applied before. */
  let againTo = 0

  const positionOf = ({ offset, tag }: EventFrame | SkipFrame): string => `${epoch}:${offset}:${tag}`
  const drop = (): void => {
    held.clear()
    hole()
  }
  /** Stands where `replay` frames are missing up to a position. */
  const adopt = (at: string, replay = 0): void => {
    drop()
    epoch = at.split(':')[0]!
    last = end - replay
    position = replay ? undefined : at
  }
  const deliver = (frame: EventFrame | SkipFrame, isAgain: boolean): void => {
    const meta = { ...frame, replayed: frame.offset <= end } as object as EventMeta
    emit('any', { ...frame, meta, position: positionOf(frame), again: isAgain } as Delivery)
    if (frame.type === 'event' && !isAgain) {
      emit(`event ${frame.event}`, frame.data, meta)
      emit('all', frame as RoomEvent, meta)
    }
  }
  const accept = (frame: EventFrame | SkipFrame): void => {
    if (waiting) return
    const { offset } = frame
    if (offset > last) {
      if (offset > last + 1 && !held.size) hole(GAP_MS, behind)
      held.set(offset, frame)
    } else if (offset <= againTo) deliver(frame, true)
    for (let next: EventFrame | SkipFrame | undefined; (next = held.get(last + 1));) {
      held.delete(++last)
      position = positionOf(next)
      deliver(next, false)
      hole(GAP_MS, held.size ? behind : undefined)
    }
  }

  return {
    position: () => position ?? null,
    resumeFrom() {
      drop()
      waiting = true
      return (asked = older) ?? position
    },
    rejoinFrom(at) {
      if (!older || offsetOf(at) < offsetOf(older)) older = at
      return !waiting
    },
    caughtUp: () => !waiting && last >= end,
    receive(frame) {
      switch (frame.type) {
        case 'joined': {
          const { recovered, replay } = frame
          // A second join without a position cannot have recovered either.
          const whole = recovered ?? !epoch
          waiting = false
          end = offsetOf(frame.position)
          againTo = asked && recovered ? end : 0
          if (asked === older) older = undefined
          if (!recovered || !epoch || !replay) adopt(frame.position, replay)
          emit('joined', frame as Joined)
          if (!whole) emit('reset', frame.reason ?? 'lost')
          // An even older one was asked for meanwhile.
          if (older) behind()
          return
        }
        case 'event':
        case 'skip': return accept(frame)
        case 'reset':
          end = offsetOf(frame.position)
          adopt(frame.position)
          return emit('reset', frame.reason)
        case 'left':
          drop()
          waiting = true
          if (frame.code === 1000) {
            epoch = ''
            position = older = undefined
          }
      }
    },
  }
}
