import type { Issue, StandardSchemaV1 } from 'rooms-protocol'
import { after } from './at-once.js'
import { answerInTime } from './in-time.js'

export type Validated = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly issues: readonly Issue[] }

/** Longest list of issues an answer holds. */
const MAX_ISSUES = 20

/**
 * Runs a Standard Schema; without one everything passes. Schemas that answer at once are not awaited, which keeps
 * publishes of one tick in one tick.
 */
export function validate(schema: StandardSchemaV1 | null | undefined, value: unknown): Validated | Promise<Validated> {
  if (schema === null || schema === undefined) return { ok: true, value }
  const result = schema['~standard'].validate(value)
  return after(answerInTime(result, 'an asynchronous schema'), judged)
}

/** Throws on what is no answer: nothing is let in by accident. */
function judged(result: StandardSchemaV1.Result<unknown>): Validated {
  if (result.issues === undefined) {
    if (!('value' in result)) throw new TypeError('a schema answered with neither a value nor issues')
    return { ok: true, value: result.value }
  }
  return { ok: false, issues: result.issues.slice(0, MAX_ISSUES).map(({ path, message }) => ({ path: pathOf(path), message: String(message) })) }
}

/** `items.0.name`; the empty path is the value itself. */
function pathOf(path: StandardSchemaV1.Issue['path']): string {
  return (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
}

/** Issues in one line, for messages: `text: too short; at: expected a number`. */
export function sayIssues(issues: readonly Issue[]): string {
  return issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')
}
