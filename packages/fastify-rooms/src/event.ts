import { after } from './at-once.js'
import type { AppendRequest } from './broker/broker.js'
import { RoomsInvalidDataError, RoomsTooLargeError, RoomsUnknownEventError } from './errors.js'
import type { KindRules } from './kinds.js'
import type { Limits } from './options.js'
import type { Awaitable } from './rooms-api.js'
import { surelyFits } from './utf8.js'
import { sayIssues, validate } from './validate.js'

export interface OutgoingEvent {
  readonly room: string
  readonly event: string
  readonly data: unknown
  readonly id: string
  readonly from?: string | undefined
  readonly trace?: string | undefined
}

/** The wire object without what the broker adds. */
export type EncodedEvent = Pick<AppendRequest, 'head' | 'tail'>

/** Offset, tag and time, which the broker writes into the middle. */
const BROKER_BYTES = 80

/**
 * Validates an event and encodes it around the place where the broker writes offset, tag and time. Nothing after
 * this parses or encodes it again.
 *
 * @param isChecked whether the data passed the event's schema already
 */
export function encodeEvent(limits: Limits, rules: KindRules, outgoing: OutgoingEvent, isChecked = false): Awaitable<EncodedEvent> {
  const { event, data } = outgoing
  const schema = rules.events?.get(event)
  if (rules.events !== null && schema === undefined) throw new RoomsUnknownEventError(rules.kind, 'event', event)
  if (isChecked) return encoded(limits, outgoing, data)
  return after(validate(schema, data), (checked) => {
    if (!checked.ok) throw new RoomsInvalidDataError(event, sayIssues(checked.issues))
    return encoded(limits, outgoing, checked.value)
  })
}

/** Rooms and ids have no character that JSON would escape. */
function encoded(limits: Limits, { room, event, id, from, trace }: OutgoingEvent, data: unknown): EncodedEvent {
  const head = `{"type":"event","room":"${room}","event":${JSON.stringify(event)},"data":${encodeData(event, data)},`
  const tail = `,"id":"${id}"${from === undefined ? '' : `,"from":${JSON.stringify(from)}`}${trace === undefined ? '' : `,"trace":${JSON.stringify(trace)}`}}`
  if (surelyFits(head.length + tail.length, limits.messageBytes - BROKER_BYTES)) return { head, tail }
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
  const json = stringified(event, data)
  if (json === undefined && data !== undefined) throw new RoomsInvalidDataError(event, `it is not JSON: a ${typeof data} has no words in it`)
  return json ?? 'null'
}

function stringified(event: string, data: unknown): string | undefined {
  try {
    return JSON.stringify(data) as string | undefined
  } catch (error) {
    throw new RoomsInvalidDataError(event, `it is not JSON: ${(error as Error).message}`)
  }
}
