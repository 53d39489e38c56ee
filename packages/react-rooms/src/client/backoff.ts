/** Full jitter: anything up to `minMs` doubled per failed attempt, at most `maxMs`; spreads a herd over the whole wait. */
export function backoffMs(attempt: number, { minMs, maxMs }: { minMs: number; maxMs: number }, random: number): number {
  return random * Math.min(maxMs, minMs * 2 ** attempt)
}
