export interface Issue { path: string; message: string }

/** An error that is answered to the caller as it is: its `message` must be fit to show a person. */
export class Problem extends Error {
  readonly statusCode: number
  readonly code: string
  readonly extra: Readonly<Record<string, unknown>>

  constructor(statusCode: number, code: string, message: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.name = 'Problem'
    this.statusCode = statusCode
    this.code = code
    this.extra = extra
  }
}
