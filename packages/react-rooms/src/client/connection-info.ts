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
  readonly transport: 'websocket' | null
  /** Publishes not yet settled. */
  readonly queued: number
  /** When this client was last known to be in step, epoch ms. */
  readonly lastSyncedAt: number | null
  /** Why the last connection ended, in the server's words where it had some. */
  readonly reason: string | null
}

export const NO_CONNECTION: ConnectionInfo = Object.freeze({
  status: 'idle', lost: false, attempt: 0, retryAt: null, transport: null, queued: 0, lastSyncedAt: null, reason: null,
})

/** From the one that tells a person most to the least. */
const WORST: readonly ConnectionStatus[] = ['unauthorized', 'closed', 'offline', 'reconnecting', 'connecting', 'connected', 'idle']

/** One view of many connections: the state of the worst, everything that is queued. */
export function worstOf(infos: readonly ConnectionInfo[]): ConnectionInfo {
  const [worst = NO_CONNECTION] = infos.toSorted((a, b) => WORST.indexOf(a.status) - WORST.indexOf(b.status))
  return { ...worst, lost: infos.some(({ lost }) => lost), queued: infos.reduce((sum, { queued }) => sum + queued, 0) }
}

export function sameInfo(a: ConnectionInfo, b: ConnectionInfo): boolean {
  return (Object.keys(a) as (keyof ConnectionInfo)[]).every((key) => a[key] === b[key])
}
