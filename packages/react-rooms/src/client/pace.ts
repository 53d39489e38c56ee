/** Whether one more object may leave now; if so, that takes its place. */
export type Pace = (now: number) => boolean

/** A token bucket: a second's worth at once, and as much in each second after. */
export const createPace = (perSecond: number, filledAt: number): Pace => {
  let tokens = perSecond
  return (now) => {
    tokens = Math.min(perSecond, tokens + (Math.abs(now - filledAt) * perSecond) / 1_000)
    filledAt = now
    return tokens >= 1 && !!tokens--
  }
}
