interface Versioned { readonly id: string; readonly revision: number }

/** Puts an item into a list by its id. Of two copies the higher revision stays, whichever arrives last. */
export function upsertNewer<T extends Versioned>(list: T[], item: T): T[] {
  const known = list.find(({ id }) => id === item.id)
  if (!known) return [...list, item]
  return known.revision >= item.revision ? list : list.map((other) => (other.id === item.id ? item : other))
}
