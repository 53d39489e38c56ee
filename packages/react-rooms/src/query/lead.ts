/**
 * How many places of the stream one position is ahead of another; NaN when they cannot be compared, because one is
 * unknown or of another life of the stream. Strict parsing is for those who get positions from strangers.
 */
export function lead(from?: string | null, to?: string | null): number {
  const [epoch, offset] = (from ?? '').split(':')
  const [life, reached] = (to ?? '').split(':')
  // Subtraction makes numbers of them.
  return epoch === life ? (reached as unknown as number) - (offset as unknown as number) : NaN
}
