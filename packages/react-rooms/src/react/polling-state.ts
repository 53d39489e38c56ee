/** Where polling stands between two calls. */
type Between =
  /** Not wanted. */
  | 'idle'
  /** The page is hidden or put aside. */
  | 'resting'
  | 'waiting'

/** The life of a polled function. */
export type PollingState =
  /** No component is there to see an answer. */
  | { readonly status: 'unmounted' }
  /** `failures`: in a row, up to now. */
  | { readonly status: Between; readonly failures: number }
  /** A call is under way; what follows it. */
  | { readonly status: 'calling'; readonly next: Between; readonly failures: number }

export type PollingChange =
  | 'mount' | 'unmount'
  /** Polling is wanted, or no longer. */
  | 'start' | 'stop'
  /** The page goes aside, comes back, has its network back. */
  | 'rest' | 'wake' | 'online'
  /** The wait is over. */
  | 'due'
  | 'answered' | 'failed'
  /** A person wants an answer now. */
  | 'refresh'

/** The one transition of polling. Pure; returns the given state where a change means nothing. */
export function nextPolling(state: PollingState, change: PollingChange): PollingState {
  if (state.status === 'unmounted') return change === 'mount' ? { status: 'idle', failures: 0 } : state
  const { status, failures } = state
  const between = status === 'calling' ? state.next : status
  /** What follows changes; a call under way goes on. */
  const turn = (next: Between): PollingState => (status === 'calling' ? { ...state, next } : { status: next, failures })
  const calling = { status: 'calling', next: between, failures } as const
  switch (change) {
    case 'mount': return state
    case 'unmount': return { status: 'unmounted' }
    case 'start': return between === 'idle' ? turn('waiting') : state
    case 'stop': return { status: 'idle', failures: 0 }
    case 'rest': return between === 'waiting' ? turn('resting') : state
    case 'wake': return between === 'resting' ? turn('waiting') : state
    case 'online': return status === 'waiting' && failures > 0 ? calling : state
    case 'due': return status === 'waiting' ? calling : state
    case 'answered': return { status: between, failures: 0 }
    case 'failed': return { status: between, failures: failures + 1 }
    // Also instead of a call under way, which may not know what the person just changed.
    case 'refresh': return calling
  }
}
