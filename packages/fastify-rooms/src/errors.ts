import createError from '@fastify/error'

/** The plugin's errors: each has a stable code and a message that says what to do. */
export const RoomsOptionsError = createError<'FST_ROOMS_OPTIONS', [string, string]>('FST_ROOMS_OPTIONS', "option '%s': %s", 500)
export const RoomsRegisteredError = createError('FST_ROOMS_REGISTERED', 'fastify-rooms is registered already on this server: register it once, on the root instance or in the scope all its users share', 500)
export const RoomsReadyError = createError<'FST_ROOMS_READY', [string]>('FST_ROOMS_READY', '%s after the server is ready: call it while plugins load', 500)
export const RoomsHandlerError = createError<'FST_ROOMS_HANDLER', [string]>('FST_ROOMS_HANDLER', '%s', 500)
export const RoomsUnknownRoomError = createError<'FST_ROOMS_UNKNOWN_ROOM', [string, string]>('FST_ROOMS_UNKNOWN_ROOM', "no room '%s': %s", 400)
export const RoomsUnknownEventError = createError<'FST_ROOMS_UNKNOWN_EVENT', [string, string, string]>('FST_ROOMS_UNKNOWN_EVENT', "kind '%s' has no %s '%s': add it to the contract", 400)
export const RoomsInvalidDataError = createError<'FST_ROOMS_INVALID_DATA', [string, string]>('FST_ROOMS_INVALID_DATA', "data of '%s' breaks the contract: %s", 400)
export const RoomsTooLargeError = createError<'FST_ROOMS_TOO_LARGE', [string, number, number]>('FST_ROOMS_TOO_LARGE', "'%s' is %s bytes, limits.messageBytes is %s: send an id and let clients fetch, or raise the limit", 413)
export const RoomsTargetError = createError('FST_ROOMS_TARGET', "disconnect needs one of { user }, { connection } and { room }, and recheck a user's id", 400)
export const RoomsBadIdError = createError<'FST_ROOMS_BAD_ID', [string]>('FST_ROOMS_BAD_ID', "id '%s' must be 1-64 of A-Z a-z 0-9 _ . : -", 400)
export const RoomsBadPositionError = createError<'FST_ROOMS_BAD_POSITION', [string]>('FST_ROOMS_BAD_POSITION', "'%s' is not a position: pass one that position() or a Rooms-Position header gave", 400)
export const RoomsConflictError = createError<'FST_ROOMS_CONFLICT', [string]>('FST_ROOMS_CONFLICT', "id '%s' was used for other data: make a new id for a new event", 409)
export const RoomsUnavailableError = createError('FST_ROOMS_UNAVAILABLE', 'the broker is away and nothing was done: try again', 503)
export const RoomsUncertainError = createError('FST_ROOMS_UNCERTAIN', 'the broker did not answer and the event may be stored: try again with the same id', 503)

/**
 * Throw it in a `handle` handler or in `onJoin` to refuse with a code and a message of your own; both reach the client.
 * @example throw new RoomsRefusal('slow_mode', 'one message per 10 s in this chat')
 */
export class RoomsRefusal extends Error {
  override readonly name = 'RoomsRefusal'
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
