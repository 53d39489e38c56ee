import { createPolling, type Polled, type PolledFunction } from './polling.js'
import { React } from './react.js'
import { useLatest } from './use-latest.js'
import { useSelected } from './use-selected.js'

export interface PollingOptions {
  /** From one answer to the next call. Default 5,000. */
  intervalMs?: number
  /** Failures double the wait up to this; an answer resets it. Default 60,000. */
  maxIntervalMs?: number
  /** Whether to call at all. Default true. */
  enabled?: boolean
  /** Wait while the page is hidden; what fell due is called when it shows again. Default true. */
  pauseHidden?: boolean
  onError?: (error: unknown) => void
}

/**
 * Calls a function again and again: never twice at a time, each call with a `signal` that aborts when its answer would not
 * be shown any more. `fn` may change between renders; the next call is the newest one's. Where it asks for something else,
 * give the component another `key`.
 *
 * @example const { data, loading, refresh } = usePolling(({ signal }) => getJobs({ signal }), { intervalMs: 10_000 })
 */
export const usePolling = <T>(fn: PolledFunction<T>, options: PollingOptions = {}): Polled<T> => {
  const { intervalMs = 5_000, maxIntervalMs = 60_000, enabled = true, pauseHidden = true, onError } = options
  const latest = useLatest({ fn, onError })
  const [polling] = React.useState(() => createPolling<T>(enabled))
  React.useEffect(() => polling.mount(() => latest.current), [polling, latest])
  React.useEffect(() => polling.pace(intervalMs, maxIntervalMs), [polling, intervalMs, maxIntervalMs])
  React.useEffect(() => (enabled ? polling.start(pauseHidden) : undefined), [polling, enabled, pauseHidden])
  return useSelected(polling, polling.initial)
}
