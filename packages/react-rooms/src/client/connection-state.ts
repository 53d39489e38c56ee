import type { CloseVerdict } from 'rooms-protocol'

/** Attempts that failed since the last stable connection, and whether a token was refused since then. */
interface Trouble { readonly attempt: number; readonly refused: boolean }

/** The life of a connection. `retryAt` is null while an attempt is under way. */
export type ConnectionState =
  | { readonly status: 'idle' }
  | { readonly status: 'connecting' | 'connected' } & Trouble
  | { readonly status: 'reconnecting' | 'offline'; readonly retryAt: number | null } & Trouble
  | { readonly status: 'unauthorized' }
  | { readonly status: 'closed'; readonly final: boolean }

export type ConnectionEvent =
  /** A room is held. */
  | { readonly type: 'wanted' }
  /** No room is held any more. */
  | { readonly type: 'unwanted' }
  | { readonly type: 'welcomed' }
  /** Connected for long enough to forget earlier trouble. */
  | { readonly type: 'stable' }
  /** An attempt or a connection ended; `retryAt` is when the next would start. */
  | { readonly type: 'failed'; readonly verdict: CloseVerdict; readonly retryAt: number; readonly online: boolean }
  /** The wait is over, or something hints that it is worth a try. */
  | { readonly type: 'due' }
  /** The person, or the application, wants another try whatever happened. */
  | { readonly type: 'retry' }
  /** The platform says that there is no network; it may be wrong, so that `retryAt` is kept. */
  | { readonly type: 'offline'; readonly retryAt: number }
  /** The token provider says that nobody is signed in. */
  | { readonly type: 'unauthorized' }
  | { readonly type: 'closed' }

const IDLE: ConnectionState = { status: 'idle' }
const FRESH: ConnectionState = { status: 'connecting', attempt: 0, refused: false }
const UNAUTHORIZED: ConnectionState = { status: 'unauthorized' }

/** The one transition of a connection. Pure; returns the given state where an event means nothing. */
export function nextConnection(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  const alive = 'attempt' in state
  switch (event.type) {
    case 'wanted': return state.status === 'idle' ? FRESH : state
    // Unauthorized and closed stay: an application that unmounts its rooms to show a sign-in must not fall back to idle.
    case 'unwanted': return alive ? IDLE : state
    case 'welcomed': return alive ? { status: 'connected', attempt: state.attempt, refused: state.refused } : state
    case 'stable': return state.status === 'connected' ? { status: 'connected', attempt: 0, refused: false } : state
    case 'failed': return alive ? afterFailure(state, event) : state
    case 'due': return 'retryAt' in state && state.retryAt !== null ? { status: 'reconnecting', attempt: state.attempt, refused: state.refused, retryAt: null } : state
    case 'retry':
      if (state.status === 'unauthorized' || (state.status === 'closed' && !state.final)) return FRESH
      return nextConnection(state, { type: 'due' })
    case 'offline': return alive ? { status: 'offline', attempt: state.attempt, refused: state.refused, retryAt: event.retryAt } : state
    case 'unauthorized': return alive ? UNAUTHORIZED : state
    case 'closed': return { status: 'closed', final: true }
  }
}

function afterFailure({ attempt, refused }: Trouble, event: Extract<ConnectionEvent, { type: 'failed' }>): ConnectionState {
  switch (event.verdict) {
    case 'stop': return { status: 'closed', final: false }
    // Refused twice without a stable connection between: a third token would fare no better.
    case 'refresh': return refused ? UNAUTHORIZED : { status: 'reconnecting', attempt: attempt + 1, refused: true, retryAt: null }
    case 'backoff':
    case 'after': return { status: event.online ? 'reconnecting' : 'offline', attempt: attempt + 1, refused, retryAt: event.retryAt }
  }
}
