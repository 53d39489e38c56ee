import type { Retry } from 'rooms-protocol'
import type { ConnectionStatus } from './connection-info.js'

/** The life of a connection. */
export interface ConnectionState {
  /** `idle`: no room is held; `unauthorized`: nobody is signed in; `closed`: stopped by the server or the application. */
  readonly status: ConnectionStatus
  /** Failures since the last stable connection. */
  readonly attempt: number
  /** Whether a token was refused since then. */
  readonly refused: boolean
  /** When the next attempt starts, epoch ms; null while one is under way or none is needed. */
  readonly retryAt: number | null
}

export const IDLE: ConnectionState = { status: 'idle', attempt: 0, refused: false, retryAt: null }

/** Whether nothing is open and nothing will be by itself. */
export const isStill = ({ status }: ConnectionState): boolean => status === 'idle' || status === 'unauthorized' || status === 'closed'

export type ConnectionEvent =
  /** A room is held, or none is any more. */
  | 'wanted' | 'unwanted'
  /** The server welcomed us, and enough time passed since to forget earlier trouble. */
  | 'welcomed' | 'stable'
  /** An attempt or a connection ended, and this is what the server wants. */
  | Retry
  /** The token provider says that nobody is signed in. */
  | 'unauthorized'
  /** The wait is over, or something hints that a try is worth it. */
  | 'due'
  /** The person, or the application, wants another try whatever happened; what was stopped is then idle, until wanted. */
  | 'retry'
  | 'closed'

/**
 * The one transition of a connection. Pure; returns the given state where an event means nothing.
 *
 * @param retryAt when the next attempt starts, for events that end one.
 * @param offline whether the platform admits to having no network. It may be wrong: attempts go on.
 */
export const nextConnection = (state: ConnectionState, event: ConnectionEvent, retryAt: number | null = null, offline?: boolean): ConnectionState => {
  switch (event) {
    // Unauthorized and closed stay: an application that unmounts its rooms to show a sign-in must not fall back to idle.
    case 'wanted': return state.status === 'idle' ? { ...IDLE, status: 'connecting' } : state
    case 'closed': return state.status === event ? state : { ...IDLE, status: event }
    case 'retry': if (isStill(state)) return IDLE
  }
  if (isStill(state)) return state
  const failed = { ...state, status: offline ? 'offline' : 'reconnecting', attempt: state.attempt + 1, retryAt } as const
  switch (event) {
    case 'unwanted': return IDLE
    case 'welcomed': return { ...state, status: 'connected', retryAt: null }
    case 'stable': return { ...state, attempt: 0, refused: false }
    // Refused twice without a stable connection between: a third token would fare no better.
    case 'refresh': return state.refused ? { ...IDLE, status: 'unauthorized' } : { ...failed, refused: true, retryAt: null }
    case 'unauthorized': return { ...IDLE, status: event }
    case 'due':
    case 'retry': return state.retryAt === null ? state : { ...state, status: 'reconnecting', retryAt: null }
    case 'never': return { ...IDLE, status: 'closed' }
    case 'now':
    case 'backoff':
    // A later version's word for it.
    default: return failed
  }
}
