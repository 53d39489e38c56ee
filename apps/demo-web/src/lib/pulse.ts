import { arrivalOf, type Arrival } from './arrival.js'
import { createCalmStore } from './calm-store.js'

/** What the stream felt like: how the newest event came, and how many came as a replay after a gap. */
export interface Beat { readonly newest: Arrival | null; readonly replayed: number }

export interface Pulse {
  get(): Beat
  subscribe(listener: () => void): () => void
  note(event: { readonly id: string; readonly at: number; readonly replayed: boolean }): void
}

/** @param isOwn whether this window asked for the change of that id: its event is a confirmation then, and no news. */
export function createPulse(isOwn: (id: string) => boolean, now: () => number = Date.now): Pulse {
  const { get, set, subscribe } = createCalmStore<Beat>({ newest: null, replayed: 0 })
  return {
    get,
    subscribe,
    note(event) {
      const newest = arrivalOf(event, isOwn, now)
      set({ newest, replayed: get().replayed + (newest === 'replayed' ? 1 : 0) })
    },
  }
}
