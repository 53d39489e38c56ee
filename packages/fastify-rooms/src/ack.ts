import type { AckFrame } from 'rooms-protocol'
import type { AppendResult, Claim } from './broker/broker.js'

/** That a publish was done, with its result as the JSON that is remembered: a WebSocket is told in the same letters. */
export interface Ack {
  readonly type: 'ack'
  readonly id: string
  readonly room: string
  readonly position: string | null
  readonly isDuplicate: boolean
  /** JSON, `"null"` included; `null` where there is nothing to tell. */
  readonly result: string | null
}

/** What became of an event, or of an earlier attempt. */
export function ackOf(id: string, room: string, done: Exclude<AppendResult, { state: 'conflict' }> | Extract<Claim, { state: 'done' }>): Ack {
  if (done.state === 'appended') return { type: 'ack', id, room, position: done.position, isDuplicate: false, result: null }
  return { type: 'ack', id, room, position: done.position, isDuplicate: true, result: done.result === 'null' ? null : done.result }
}

/** The wire object's text. Ids, rooms and positions have no character that JSON would escape. */
export function ackText({ id, room, position, isDuplicate, result }: Ack): string {
  return `{"type":"ack","id":"${id}","room":"${room}"${position === null ? '' : `,"position":"${position}"`}${isDuplicate ? ',"duplicate":true' : ''}${result === null ? '' : `,"result":${result}`}}`
}

export function ackFrame(ack: Ack): AckFrame {
  return JSON.parse(ackText(ack)) as AckFrame
}
