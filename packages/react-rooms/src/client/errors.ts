import type { Issue } from 'rooms-protocol'

/** Thrown by a `getToken` to stop: nobody is signed in. `useConnection().status` becomes `unauthorized`. */
export class UnauthorizedError extends Error {
  override readonly name = 'UnauthorizedError'
  readonly code = 'unauthorized'
  constructor(message = 'sign in, then call client.retryNow()') {
    super(message)
  }
}

/** A publish that was still queued when its room was let go of; it was not sent. */
export class RoomChangedError extends Error {
  override readonly name = 'RoomChangedError'
  readonly code = 'room_changed'
  constructor(room: string) {
    super(`room ${room} was let go of before this was sent: publish it again, or keep the room`)
  }
}

/** A publish that failed. */
export class RoomsPublishError extends Error {
  override readonly name = 'RoomsPublishError'
  /**
   * The server's error code or a handler's own; from the client itself `queue_full`, `too_large`, `unavailable` (not
   * done, safe to retry) or `uncertain` (may have been done: retry with the same `id`).
   */
  readonly code: string
  readonly id: string
  /** What the schema refused, for `invalid_data`. */
  readonly issues: readonly Issue[]
  constructor(code: string, message: string, id: string, issues: readonly Issue[] = []) {
    super(message)
    this.code = code
    this.id = id
    this.issues = issues
  }
}
