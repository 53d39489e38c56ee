import type { FastifyBaseLogger } from 'fastify'
import { ERROR_CODES, type ErrorCode, type Issue } from 'rooms-protocol'
import { RoomsRefusal, RoomsTooLargeError, RoomsUncertainError, RoomsUnavailableError } from './errors.js'
import { logFailure } from './log-failure.js'

/** A refusal on its way to the publisher. */
export class Refused extends Error {
  readonly code: string
  readonly issues: readonly Issue[] | undefined
  constructor(code: ErrorCode | (string & {}), message: string, issues?: readonly Issue[]) {
    super(message)
    this.code = code
    this.issues = issues
  }
}

/** That an id was used before, for something else. */
export function conflict(id: string): Refused {
  return new Refused('conflict', `id '${id}' was used for other content: make a new id for a new publish`)
}

const CODES: ReadonlySet<string> = new Set(ERROR_CODES)
export const isErrorCode = (code: string): boolean => CODES.has(code)

const STATUS_CODES: Readonly<Record<number, ErrorCode>> = { 400: 'invalid_data', 401: 'unauthorized', 403: 'forbidden', 429: 'rate_limited' }

/** Handlers may be plain JavaScript, and an `error` object has a code and a message. */
function wordOf(text: unknown): string {
  return typeof text === 'string' && text !== '' ? text : 'refused'
}

/** What a client may learn of an error: refusals and the four client errors speak, everything else is `internal`. */
export function errorOf(error: unknown, log: FastifyBaseLogger): { code: string; message: string; issues?: readonly Issue[] } {
  try {
    const told = toldOf(error)
    if (told !== null) return told
  } catch {
    // Application code may throw anything, also what throws when it is looked at.
  }
  logFailure(log, error, 'a message of a client failed')
  return { code: 'internal', message: 'internal error' }
}

function toldOf(error: unknown): { code: string; message: string; issues?: readonly Issue[] } | null {
  if (error instanceof Refused) return { code: error.code, message: error.message, ...(error.issues === undefined ? {} : { issues: error.issues }) }
  if (error instanceof RoomsRefusal) return { code: wordOf(error.code), message: wordOf(error.message) }
  if (error instanceof RoomsTooLargeError) return { code: 'too_large', message: error.message }
  if (error instanceof RoomsUnavailableError) return { code: 'unavailable', message: 'not done: try again' }
  if (error instanceof RoomsUncertainError) return { code: 'uncertain', message: 'it may be done: try again with the same id' }
  const { statusCode, message, code: errorCode } = (error ?? {}) as { statusCode?: unknown; message?: unknown; code?: unknown }
  // Our own errors are the handler's mistakes, not the client's.
  const code = typeof statusCode === 'number' && !String(errorCode).startsWith('FST_ROOMS_') ? STATUS_CODES[statusCode] : undefined
  return code === undefined ? null : { code, message: wordOf(message) }
}

/** What a client may learn of a hook's error: the text of a refusal, nothing of anything else. */
export function refusalText(error: unknown): string {
  return isRefusal(error) ? error.message : 'refused'
}

/** Application code may throw what throws when it is looked at. */
export function isRefusal(error: unknown): error is RoomsRefusal {
  try {
    return error instanceof RoomsRefusal
  } catch {
    return false
  }
}
