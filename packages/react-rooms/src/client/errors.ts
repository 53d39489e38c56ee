import type { Issue } from 'rooms-protocol'

/** The library used in a way that cannot work; `message` says the cure. */
export class RoomsUsageError extends Error {
  override name = 'RoomsUsageError'
  readonly code = 'usage'
}

/** Thrown by a `getToken` to stop: nobody is signed in. The connection becomes `unauthorized`, until `client.retryNow()`. */
export class UnauthorizedError extends Error {
  override name = 'UnauthorizedError'
  readonly code = 'unauthorized'
}

/** A publish that failed. */
export class RoomsPublishError extends Error {
  override name = 'RoomsPublishError'
  /**
   * The server's error code or a handler's own; from the client itself `queue_full`, `too_large`, `unavailable` (not
   * done, safe to retry), `uncertain` (may have been done: retry with the same `id`) or `room_changed`.
   */
  declare readonly code: string
  declare readonly id: string
  /** What the schema refused, for `invalid_data`. */
  declare readonly issues: readonly Issue[]
  constructor(code: string, message: string, id: string, issues: readonly Issue[] = []) {
    super(message)
    this.code = code
    this.id = id
    this.issues = issues
  }
}

/** A publish, code `room_changed`, that was still queued when its room was let go of. It was not sent, and never will be. */
export class RoomChangedError extends RoomsPublishError {
  override name = 'RoomChangedError'
}
