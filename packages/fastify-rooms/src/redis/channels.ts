/** Who listens to one channel. */
export interface ChannelListener {
  message(text: string): void
  /** Messages are lost until `back`. */
  away(): void
  back(): void
}

/** The channels a node listens to, one listener each. */
export interface Channels {
  /** Resolves when it can subscribe for the first time. */
  readonly opened: Promise<void>
  /** Resolves when Redis has confirmed; rejects with `FST_ROOMS_UNAVAILABLE`. */
  subscribe(channel: string, listener: ChannelListener): Promise<void>
  unsubscribe(channel: string): void
  close(): void
}
