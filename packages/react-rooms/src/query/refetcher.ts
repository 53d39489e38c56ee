import type { Query, QueryClient } from '@tanstack/react-query'

/** Least time between two refetches of a query that its room asks for. */
const WINDOW_MS = 300

/** Returns a function that refetches a query: at once, and whatever asks within 300 ms together at the end of them. */
export function refetcher(queryClient: QueryClient): (query: Query) => void {
  /** Open windows, and whether somebody asked again. */
  const windows = new Map<Query, boolean>()
  return function refetch(query) {
    query.invalidate()
    if (windows.has(query)) return void windows.set(query, true)
    windows.set(query, false)
    setTimeout(() => {
      const again = windows.get(query)
      windows.delete(query)
      if (again) refetch(query)
    }, WINDOW_MS)
    void queryClient.refetchQueries({ predicate: (other) => other === query, type: 'active' })
  }
}
