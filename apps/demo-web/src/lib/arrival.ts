interface Arrived { readonly id: string; readonly at: number; readonly replayed: boolean }

/** How an event came: live after so many milliseconds, or with what was missed; there one's own change is a confirmation, and no news. */
export type Arrival = number | 'replayed' | 'confirmed'

/** @param isOwn whether this window asked for the change of that id. */
export function arrivalOf({ id, at, replayed }: Arrived, isOwn: (id: string) => boolean, now: () => number = Date.now): Arrival {
  // A replayed event is as old as the gap was long: that says nothing of the line.
  if (!replayed) return Math.max(0, now() - at)
  return isOwn(id) ? 'confirmed' : 'replayed'
}

export function arrivalText(arrival: Arrival): string {
  return typeof arrival === 'number' ? `${arrival} ms` : arrival
}
