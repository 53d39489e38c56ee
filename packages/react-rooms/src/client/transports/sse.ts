import type { JoinFrame, ServerFrame } from 'rooms-protocol'
import { createTimer } from '../clock.js'
import { FORBIDDEN } from '../verdict.js'
import { readEventStream } from './event-stream.js'
import { isSameJoin, type FallbackSession, type Receiver } from './fallback-session.js'

/** Browsers hold six HTTP/1.1 connections to a server: two streams leave room for requests, and for a second tab. */
export const MOST_STREAMS = 2

interface Stream {
  readonly frame: JoinFrame
  connection: string | undefined
  joined: boolean
  readonly abort: AbortController
}

/** Receives each room over an event stream of its own. @param poll goes on with polls: there are too many rooms for streams, or none that would say a word. */
export function receiveByStreams(session: FallbackSession, poll: () => void): Receiver {
  /**
   * How soon a server that can be heard says its first word and, a second later, sends a `ping`. A proxy that holds answers
   * back lets through neither, or only what fills its buffer.
   */
  const WORD_MS = 3_000
  const { ends, clock, dedicated } = session
  const streams = new Map<string, Stream>()
  /** Who was welcomed; undefined at the beginning, empty after a new token. Another one's cookie begins anew, too. */
  let user: string | undefined

  const drop = (room: string): void => {
    streams.get(room)?.abort.abort()
    streams.delete(room)
    if (streams.size === 0) poll()
  }
  const take = (stream: Stream, text: string): void => {
    const { room } = stream.frame
    const frame = JSON.parse(text) as ServerFrame
    switch (frame.type) {
      case 'welcome':
        stream.connection = frame.connection
        if (frame.user === user) return
        ;({ user } = frame)
        break
      case 'joined':
        stream.joined = true
        break
      case 'bye':
        // What one room's stream says so need not be true of the others; when the last one says it, all have.
        if (dedicated || (frame.code !== FORBIDDEN && (frame.retry !== 'never' || streams.size === 1))) break
        // Before the welcome nobody listens; whoever wants the room asks again then.
        if (user !== undefined) ends.message(JSON.stringify({ ...frame, type: 'left', room }))
        return drop(room)
    }
    ends.message(text)
  }
  const follow = async (stream: Stream): Promise<void> => {
    const { frame: { room, position, rewind }, abort: { signal } } = stream
    const deadline = createTimer(clock)
    const broke = (): void => {
      deadline()
      if (!signal.aborted) session.broke()
    }
    let flows = false
    deadline(WORD_MS, broke)
    try {
      const query = `${position === undefined ? '' : `&position=${encodeURIComponent(position)}`}${rewind === undefined ? '' : `&rewind=${rewind}`}`
      const response = await session.request(`/sse/${encodeURIComponent(room)}?v=1${query}`, { signal, headers: { accept: 'text/event-stream' } })
      if (response.status === 401 || response.status === 403) take(stream, await response.text())
      else if (response.ok) await readEventStream(response.body!, {
        alive() {
          if (!flows) deadline(WORD_MS, poll)
          if (user !== undefined && !signal.aborted) ends.message('')
        },
        event({ data }) {
          if (signal.aborted) return
          if (data.startsWith('{"type":"ping"')) {
            flows = true
            deadline()
          }
          take(stream, data)
        },
      })
    } catch {
      // It broke, or somebody else's answer came from this address.
    }
    broke()
  }
  /** Two streams of a room would tell each of its offsets twice: the old one ends before the new one begins. */
  const open = (frame: JoinFrame): void => {
    streams.get(frame.room)?.abort.abort()
    const stream: Stream = { frame, connection: undefined, joined: false, abort: new AbortController() }
    streams.set(frame.room, stream)
    void follow(stream)
  }
  const join = (frame: JoinFrame): void => {
    const stream = streams.get(frame.room)
    if (stream !== undefined && !stream.joined && isSameJoin(stream.frame, frame)) return
    if (stream === undefined && streams.size === MOST_STREAMS) poll()
    else open(frame)
  }
  const held = (): JoinFrame[] => ends.joins().filter(({ room }) => streams.has(room))

  return {
    transport: 'sse',
    join,
    leave: drop,
    renewed() {
      user = ''
      held().forEach(open)
    },
    check: () => held().forEach(join),
    connectionOf: (room) => streams.get(room)?.connection,
    stop() {
      for (const { abort } of streams.values()) abort.abort()
      streams.clear()
    },
  }
}
