import type { JoinedFrame, ResetFrame } from 'rooms-protocol'
import { formatPosition } from 'rooms-protocol'
import type { Outgoing } from './batch.js'

/** Every frame is encoded with its type first. */
const TYPE_START = '{"type":"'.length

/**
 * One object as a server-sent event: `event` is its type, `data` the object, `id` the place to resume from. JSON holds
 * no raw line breaks, so data cannot split an event. Native EventSource would take `error` for its own.
 */
export function eventStreamText({ text, entry }: Outgoing): string {
  const type = text.slice(TYPE_START, text.indexOf('"', TYPE_START))
  const id = entry === undefined ? idOf(type, text) : formatPosition(entry)
  return `event: ${type === 'error' ? 'rooms-error' : type}\n${id === null ? '' : `id: ${id}\n`}data: ${text}\n\n`
}

/** `joined` names a place only where nothing is replayed after it: a stream cut midway must resume before the replay. */
function idOf(type: string, text: string): string | null {
  if (type === 'reset') return (JSON.parse(text) as ResetFrame).position
  if (type !== 'joined') return null
  const { replay, position } = JSON.parse(text) as JoinedFrame
  return replay === 0 ? position : null
}
