import type { EventFrame, RoomEvent, SignalFrame } from 'rooms-protocol'
import type { Delivery, EventMeta, Joined } from './room.js'
import { emit, listen } from './store.js'

type Listener<A extends unknown[]> = (...args: A) => void
type Named<A extends unknown[]> = Map<string, Set<Listener<A>>>

/** Everybody who listens to a room, by what they listen to. */
export class RoomListeners {
  readonly joined = new Set<Listener<[Joined]>>()
  readonly reset = new Set<Listener<[string]>>()
  readonly any = new Set<Listener<[Delivery]>>()
  readonly all = new Set<Listener<[RoomEvent, EventMeta]>>()
  readonly #events: Named<[unknown, EventMeta]> = new Map()
  readonly #signals: Named<[unknown, { from: string }]> = new Map()

  onEvent(event: string, listener: Listener<[unknown, EventMeta]>): () => void {
    return listen(named(this.#events, event), listener)
  }
  onSignal(signal: string, listener: Listener<[unknown, { from: string }]>): () => void {
    return listen(named(this.#signals, signal), listener)
  }

  event({ event, data, offset, id, at, from }: EventFrame, position: string, replayed: boolean, again: boolean): void {
    const meta: EventMeta = { offset, id, from, at, replayed }
    emit(this.any, { type: 'event', event, data, meta, offset, position, again })
    if (again) return
    emit(this.#events.get(event), data, meta)
    emit(this.all, { event, data, offset, id, at, ...(from === undefined ? {} : { from }) } as RoomEvent, meta)
  }
  signal({ signal, data, from }: SignalFrame): void {
    emit(this.#signals.get(signal), data, { from })
  }
}

function named<A extends unknown[]>(map: Named<A>, name: string): Set<Listener<A>> {
  let set = map.get(name)
  if (set === undefined) map.set(name, (set = new Set()))
  return set
}
