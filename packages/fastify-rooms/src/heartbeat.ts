import type { Connections } from './connections.js'

/** How long a probed connection has to show a sign of life. */
export const PONG_MS = 10_000
const MAX_BEAT_MS = 1_000

/** Looks at every connection once per beat: expired tokens, silent clients, and clients that have heard nothing. */
export class Heartbeat {
  readonly #timer: NodeJS.Timeout
  constructor(connections: Connections, pingMs: number) {
    const beat = (): void => {
      const now = performance.now()
      for (const connection of connections.all()) connection.beat(now)
    }
    this.#timer = setInterval(beat, Math.max(10, Math.min(MAX_BEAT_MS, pingMs / 5))).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
