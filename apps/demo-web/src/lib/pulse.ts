/** What the stream felt like: how old the newest event was on arrival, and how many came as a replay after a gap. */
export interface Beat { readonly latencyMs: number | null; readonly replayed: number }

export interface Pulse {
  get(): Beat
  subscribe(listener: () => void): () => void
  note(event: { readonly at: number; readonly replayed: boolean }): void
}

export function createPulse(now: () => number = Date.now): Pulse {
  const listeners = new Set<() => void>()
  let beat: Beat = { latencyMs: null, replayed: 0 }
  return {
    get: () => beat,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    note({ at, replayed }) {
      // A replayed event is as old as the gap was long: that says nothing of the line.
      beat = replayed ? { ...beat, replayed: beat.replayed + 1 } : { ...beat, latencyMs: Math.max(0, now() - at) }
      for (const listener of listeners) listener()
    },
  }
}
