import { React } from './react.js'
import { createSSESource, type SSE, type SSEOptions } from './sse-source.js'
import { useLatest } from './use-latest.js'
import { useSelected } from './use-selected.js'

/**
 * Follows server-sent events of any address, not only of rooms. Reconnects with backoff and `Last-Event-ID`; stops at an
 * answer of 204, at a login refused twice (401, 403) and at answers that would only come again. `null` follows nothing.
 * `url` and `event` begin anew when they change, other options count when they are next needed.
 *
 * @example const { data, error, connected } = useSSE<Load>('/metrics/load', { event: 'load', getToken: () => auth.token() })
 */
export const useSSE = <T = unknown>(url: string | null | undefined, options: SSEOptions<T> = {}): SSE<T> => {
  const { event = 'message', pauseHidden = true } = options
  const latest = useLatest(options)
  const source = React.useMemo(() => createSSESource<T>(url ?? '', event), [url, event])
  React.useEffect(() => (url == null ? undefined : source.start(() => latest.current, pauseHidden)), [source, url, pauseHidden, latest])
  return useSelected(source, source.initial)
}
