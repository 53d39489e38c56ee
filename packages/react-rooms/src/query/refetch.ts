import type { Query } from '@tanstack/react-query'

/** Least time between two refetches of a query that a room asks for. */
const WINDOW_MS = 300

/** Open windows, and whether somebody asked again. */
const windows = new WeakMap<Query, boolean>()

/** Invalidates a query and, if it is observed, fetches it: at once, and for whatever asks within 300 ms together at the end of them. */
export function refetch(query: Query): void {
  query.invalidate()
  if (windows.has(query)) return void windows.set(query, true)
  windows.set(query, false)
  setTimeout(() => {
    const again = windows.get(query)
    windows.delete(query)
    if (again) refetch(query)
  }, WINDOW_MS)
  // What a running fetch will bring may be older than what asked.
  if (query.isActive()) query.fetch(undefined, { cancelRefetch: true }).catch(() => {})
}
