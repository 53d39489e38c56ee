import type { AppendRequest } from './broker/broker.js'
import { RoomsInvalidDataError, RoomsTooLargeError, RoomsUnknownEventError } from './errors.js'
import type { KindRules } from './kinds.js'
import type { Limits } from './options.js'
import { sayIssues, validate } from './validate.js'

export interface OutgoingEvent {
  readonly room: string
  readonly event: string
  readonly data: unknown
  readonly id: string
  readonly from?: string | undefined
  readonly trace?: string
}

/** The wire object without what the broker adds. */
export type EncodedEvent = Pick<AppendRequest, 'head' | 'tail'>

/** Offset, tag and time, which the broker writes into the middle. */
const BROKER_BYTES = 80

/**
 * Validates an event and encodes it around the place where the broker writes offset, tag and time. Nothing after
 * this parses or encodes it again.
 */
export async function encodeEvent(limits: Limits, rules: KindRules, { room, event, data, id, from, trace }: OutgoingEvent): Promise<EncodedEvent> {
  const schema = rules.events?.get(event)
  if (rules.events !== null && schema === undefined) throw new RoomsUnknownEventError(rules.kind, 'event', event)
  const checked = await validate(schema, data)
  if (!checked.ok) throw new RoomsInvalidDataError(event, sayIssues(checked.issues))
  const head = `{"type":"event","room":${JSON.stringify(room)},"event":${JSON.stringify(event)},"data":${encodeData(event, checked.value)},`
  const tail = `,"id":${JSON.stringify(id)}${from === undefined ? '' : `,"from":${JSON.stringify(from)}`}${trace === undefined ? '' : `,"trace":${JSON.stringify(trace)}`}}`
  const bytes = Buffer.byteLength(head) + Buffer.byteLength(tail) + BROKER_BYTES
  if (bytes > limits.messageBytes) throw new RoomsTooLargeError(event, bytes, limits.messageBytes)
  return { head, tail }
}

const ID_STARTS = ',"id":"'

/**
 * The id in a finished `event` object, without parsing it: only `from` and `trace` stand after it, and inside their
 * texts every quote is escaped.
 */
export function idOf(frame: string): string | undefined {
  const at = frame.lastIndexOf(ID_STARTS)
  return at < 0 ? undefined : frame.slice(at + ID_STARTS.length, frame.indexOf('"', at + ID_STARTS.length))
}

/** JSON of any data; absent data is `null`. */
export function encodeData(event: string, data: unknown): string {
  try {
    return (JSON.stringify(data) as string | undefined) ?? 'null'
  } catch (error) {
    throw new RoomsInvalidDataError(event, `it is not JSON: ${(error as Error).message}`)
  }
}
