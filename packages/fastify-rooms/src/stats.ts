import type { JoinReason } from 'rooms-protocol'

/** What a node counted since it started; gauges are of this moment. */
export interface RoomsStats {
  readonly connections: number
  readonly users: number
  /** Rooms this node holds, lingering ones included. */
  readonly rooms: number
  /** Bytes written to connections and not yet taken by the operating system. */
  readonly bufferedBytes: number
  /** Whether events reach this node at once. */
  readonly broker: 'live' | 'away'
  readonly draining: boolean
  /** Objects written to connections. */
  readonly deliveries: number
  /** Messages those objects were written in. */
  readonly messages: number
  /** Signals and typing that slow connections were spared. */
  readonly dropped: number
  /** Connections ended because they read too slowly. */
  readonly tooSlow: number
  /** Joins with a position, by what came of it. */
  readonly resumes: Readonly<Record<'ok' | JoinReason, number>>
  /** Publishes by answer: `ok`, `duplicate`, or the error code; codes of handlers' own count as `refused`. */
  readonly publishes: Readonly<Record<string, number>>
}

/** The counters of one node. */
export class Counters {
  deliveries = 0
  messages = 0
  dropped = 0
  tooSlow = 0
  readonly resumes: Record<'ok' | JoinReason, number> = { ok: 0, epoch: 0, ahead: 0, trimmed: 0, fork: 0, invalid: 0, forbidden: 0 }
  readonly publishes: Record<string, number> = {}

  publish(outcome: string): void {
    this.publishes[outcome] = (this.publishes[outcome] ?? 0) + 1
  }
}
