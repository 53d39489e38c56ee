/** One thing, or several: most users have one connection, and a `Set` for it would be as large as what it holds. */
export type OneOrMore<T extends object> = T | ReadonlySet<T>

/** With one more; the same one again changes nothing. */
export function withOne<T extends object>(held: OneOrMore<T> | undefined, item: T): OneOrMore<T> {
  if (held === undefined || held === item) return item
  return held instanceof Set ? held.add(item) : new Set([held as T, item])
}

/** With one less; undefined when none is left. */
export function withoutOne<T extends object>(held: OneOrMore<T> | undefined, item: T): OneOrMore<T> | undefined {
  if (!(held instanceof Set)) return held === item ? undefined : held
  held.delete(item)
  if (held.size > 1) return held
  const [last] = held
  return last
}

export function eachOf<T extends object>(held: OneOrMore<T> | undefined): readonly T[] {
  return held === undefined ? [] : held instanceof Set ? [...held] : [held as T]
}
