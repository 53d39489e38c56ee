import type { ServerFrame } from 'rooms-protocol'

/** Faults of the way from the server to the client that strike once. */
export interface Faults {
  /** The next events, this many, get lost. */
  lose(events: number): void
  /** Whether the next event is one of those. */
  loses(): boolean
  /** The events of the next message that has any arrive so. */
  reorder(order: ArrivalOrder): void
  ordered(frames: readonly ServerFrame[]): readonly ServerFrame[]
}
/** Gives what arrives for what was sent: it may turn, double and leave out. */
export type ArrivalOrder = <T>(sent: readonly T[]) => readonly T[]

/** The last first, and each twice. */
export const backwardsTwice: ArrivalOrder = (sent) => sent.toReversed().flatMap((frame) => [frame, frame])

export function createFaults(): Faults {
  let losing = 0
  let order: ArrivalOrder | undefined
  return {
    lose(events) {
      losing += events
    },
    loses: () => losing > 0 && losing-- > 0,
    reorder(next) {
      order = next
    },
    ordered(frames) {
      const isPlace = ({ type }: ServerFrame): boolean => type === 'event' || type === 'skip'
      if (order === undefined || !frames.some(isPlace)) return frames
      const places = order(frames.filter(isPlace))
      order = undefined
      return [...frames.filter((frame) => !isPlace(frame)), ...places]
    },
  }
}
