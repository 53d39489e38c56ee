const relative = new Intl.RelativeTimeFormat('en', { style: 'narrow', numeric: 'always' })

/** "12s ago", "3min ago", "2h ago"; "just now" under a second, and for clocks that run a little ahead. */
export function ago(thenMs: number, nowMs: number): string {
  const seconds = Math.floor((nowMs - thenMs) / 1_000)
  if (seconds < 1) return 'just now'
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`
  return relative.format(-Math.floor(seconds / 86_400), 'day')
}
