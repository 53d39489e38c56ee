/** The life of a followed event stream. */
export type SSEState =
  /** Nobody follows it; it is over, or would only fail again. */
  | { readonly status: 'idle' | 'stopped' }
  | {
    /** `resting`: the page is hidden or put aside. */
    readonly status: 'connecting' | 'open' | 'waiting' | 'resting'
    /** Failures since the stream last proved to work. */
    readonly attempt: number
    /** Whether a login was refused since the stream last opened. */
    readonly refused: boolean
  }

export type SSEChange =
  /** Somebody follows it, or nobody does any more. */
  | 'start' | 'stop'
  /** The page goes aside, comes back, has its network back. */
  | 'rest' | 'wake' | 'online'
  | 'opened'
  /** It brought an event, or held for long enough. */
  | 'proven'
  /** It ended, or did not begin. */
  | 'failed'
  /** The wait is over. */
  | 'due'
  /** The login was refused, and there may be a better one. */
  | 'refused'
  | 'over'
  /** A person wants another try, whatever happened. */
  | 'retry'

/** The one transition of a followed stream. Pure; returns the given state where a change means nothing. */
export function nextSSE(state: SSEState, change: SSEChange): SSEState {
  if (!('attempt' in state)) {
    const begins = change === 'start' || (change === 'retry' && state.status === 'stopped')
    return begins ? { status: 'connecting', attempt: 0, refused: false } : change === 'stop' ? { status: 'idle' } : state
  }
  const connecting = { ...state, status: 'connecting' } as const
  switch (change) {
    case 'start': return state
    case 'stop': return { status: 'idle' }
    case 'rest': return { ...state, status: 'resting' }
    case 'wake': return state.status === 'resting' ? connecting : state
    // What was open over the old network may be dead without a word.
    case 'online': return state.status === 'resting' ? state : connecting
    case 'opened': return { ...state, status: 'open', refused: false }
    case 'proven': return { ...state, attempt: 0 }
    case 'failed': return { ...state, status: 'waiting', attempt: state.attempt + 1 }
    case 'due': return state.status === 'waiting' ? connecting : state
    case 'refused': return state.refused ? { status: 'stopped' } : { ...connecting, refused: true }
    case 'over': return { status: 'stopped' }
    case 'retry': return { status: state.status === 'resting' ? 'resting' : 'connecting', attempt: 0, refused: false }
  }
}
