/** A token bucket: a second's worth at once, and as much in each second after. */
export interface Pace {
  /** Ms until one more object may leave; 0 takes the place. */
  (now: number): number
}

export function createPace(perSecond: number, filledAt: number): Pace {
  let tokens = perSecond
  return (now) => {
    tokens = Math.min(perSecond, tokens + ((now - filledAt) * perSecond) / 1_000)
    filledAt = now
    return tokens < 1 ? Math.ceil(((1 - tokens) * 1_000) / perSecond) : (tokens--, 0)
  }
}
