import type { Settings } from '../options.js'

/** Where a link leads. */
export interface Target {
  readonly settings: Settings
  readonly token: string | null
  /** The one room of this connection, with the position to resume from; undefined for all rooms. */
  readonly room: { readonly name: string; readonly position: string | null; readonly rewind: number | undefined } | undefined
}
/** What comes out of a link. Nothing does once it was closed from this side. */
export interface LinkEnds {
  /** One message: objects separated by `\n`. */
  message(text: string): void
  /** It ended from the other side, with this close code. */
  closed(code: number): void
}
/** One wire to the server. */
export interface Link {
  send(text: string): void
  /** Lets go at once, without waiting for an answer that a dead peer never gives. */
  close(): void
}
