/** Why an event stream is not, or not completely, followed; `message` says the cure. */
export class EventStreamError extends Error {
  override name = 'EventStreamError'
  /**
   * `network` and some `bad_status` (408, 425, 429, 500 and above) are tried again; any other `bad_status` and `bad_type` (the
   * answer is no event stream) are not. `bad_data`: one event could not be read; the stream goes on.
   */
  declare readonly code: 'network' | 'bad_status' | 'bad_type' | 'bad_data'
  /** Of the answer, for `bad_status` and `bad_type`. */
  declare readonly status: number | undefined
  constructor(code: EventStreamError['code'], message: string, details: { status?: number; cause?: unknown } = {}) {
    super(message, { cause: details.cause })
    this.code = code
    this.status = details.status
  }
}
