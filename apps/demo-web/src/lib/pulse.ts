import { createCalmStore } from './calm-store.js'

/** What the stream felt like: how old the newest event was on arrival, and how many came as a replay after a gap. */
export interface Beat { readonly latencyMs: number | null; readonly replayed: number }

export interface Pulse {
  get(): Beat
  subscribe(listener: () => void): () => void
  note(event: { readonly id: string; readonly at: number; readonly replayed: boolean }): void
}

/** @param isOwn whether this window asked for the change of that id: its event is a confirmation then, and no news. */
export function createPulse(isOwn: (id: string) => boolean, now: () => number = Date.now): Pulse {
  const { get, set, subscribe } = createCalmStore<Beat>({ latencyMs: null, replayed: 0 })
  return {
    get,
    subscribe,
    note({ id, at, replayed }) {
      const beat = get()
      // A replayed event is as old as the gap was long: that says nothing of the line.
      if (!replayed) set({ ...beat, latencyMs: Math.max(0, now() - at) })
      else if (!isOwn(id)) set({ ...beat, replayed: beat.replayed + 1 })
    },
  }
}
