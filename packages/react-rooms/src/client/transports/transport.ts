/** What comes out of a link. Nothing does once it was closed from this side. */
export interface LinkEnds {
  /** One message: objects separated by `\n`. */
  message(text: string): void
  /** It ended from the other side, with this close code. */
  closed(code: number): void
}

/** One wire to the server. */
export interface Link {
  /** One object a message, so that no message outgrows `batchBytes`. */
  send(encoded: string): void
  /** Lets go at once, without waiting for an answer that a dead peer never gives. */
  close(): void
}
