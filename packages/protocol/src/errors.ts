/** Why the protocol package threw. */
export type RoomsErrorCode = 'ROOMS_BAD_ROOM_NAME'

/** The only error class this package throws; `code` is stable, `message` says the cure. */
export class RoomsError extends Error {
  override readonly name = 'RoomsError'
  readonly code: RoomsErrorCode
  constructor(code: RoomsErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
