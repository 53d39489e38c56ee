import { IDLE } from './connection-state.js'
import type { Transport } from './transports/transport.js'

/** Where a connection stands, as `useConnection` shows it. */
export type ConnectionStatus = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'offline' | 'unauthorized' | 'closed'

/** An immutable snapshot of the connection; with `share: false` the worst of all of them. */
export interface ConnectionInfo {
  readonly status: ConnectionStatus
  /** Away for longer than `lostAfterMs`, or stopped: what is on the screen may be old. */
  readonly lost: boolean
  /** Failed attempts in a row. */
  readonly attempt: number
  /** When the next attempt starts, epoch ms; null while none is planned. */
  readonly retryAt: number | null
  /** What carries the open session; null while there is none. */
  readonly transport: Transport | null
  /** Publishes not yet settled. */
  readonly queued: number
  /** When this client was last known to be in step, epoch ms. */
  readonly lastSyncedAt: number | null
}

export const NO_CONNECTION: ConnectionInfo = { ...IDLE, lost: false, transport: null, queued: 0, lastSyncedAt: null }

/** From the one that tells a person least to the most. */
const RANKS: readonly ConnectionStatus[] = ['idle', 'connected', 'connecting', 'reconnecting', 'offline', 'closed', 'unauthorized']
const rankOf = ({ status }: ConnectionInfo): number => RANKS.indexOf(status)

/** One view of several connections: the state of the worst, everything that is queued. */
export const worstOf = (infos: readonly ConnectionInfo[]): ConnectionInfo => {
  return infos.reduce((a, b) => ({
    ...(rankOf(b) > rankOf(a) ? b : a), lost: a.lost || b.lost, queued: a.queued + b.queued,
  }), NO_CONNECTION)
}
