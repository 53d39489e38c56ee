import type { ByeFrame, JoinFrame, ServerFrame } from 'rooms-protocol'
import { createTimer } from '../clock.js'
import { FORBIDDEN } from '../verdict.js'
import { readEventStream } from './event-stream.js'
import { FIRST_WORD_MS, type FallbackSession, type Receiver } from './fallback-session.js'

/** Browsers hold six HTTP/1.1 connections to a server: two streams leave room for requests, and for a second tab. */
export const MOST_STREAMS = 2

interface Stream {
  frame: JoinFrame
  connection: string | undefined
  joined: boolean
  readonly abort: AbortController
}

/** Receives each room over an event stream of its own. @param tooMany there is one room more than streams. */
export function receiveByStreams(session: FallbackSession, tooMany: () => void): Receiver {
  /** While no room is open nothing comes, and nothing is wrong. */
  const IDLE_MS = 10_000
  const { ends, clock, dedicated } = session
  const streams = new Map<string, Stream>()
  const idle = createTimer(clock)
  /** The session begins with one `welcome`, and there is another after a new token. */
  let welcomed = false
  /** What came before it. */
  const early: object[] = []

  const tell = (frame: object): void => {
    if (welcomed) ends.message(JSON.stringify(frame))
    else early.push(frame)
  }
  const keepQuiet = (): void => idle(IDLE_MS, () => {
    if (streams.size > 0) return
    ends.message('')
    keepQuiet()
  })
  const drop = (room: string): void => {
    streams.get(room)?.abort.abort()
    streams.delete(room)
    if (streams.size === 0) keepQuiet()
  }
  /** On a connection of several rooms, no room's refusal says anything of the others. */
  const refused = (room: string, { code, reason }: ByeFrame): void => {
    drop(room)
    tell({ type: 'left', room, code, reason, retry: 'never' })
    // Nobody is left to say welcome.
    if (!welcomed && streams.size === 0) tooMany()
  }
  const take = (stream: Stream, text: string): void => {
    const { frame: { room, state } } = stream
    const frame = JSON.parse(text) as ServerFrame
    switch (frame.type) {
      case 'welcome':
        stream.connection = frame.connection
        if (welcomed) return
        welcomed = true
        ends.message(text)
        early.splice(0).forEach(tell)
        return
      case 'joined':
        stream.joined = true
        tell(frame)
        // The address has no place for it.
        if (state !== undefined && !dedicated) session.say(room, { type: 'presence', room, state })
        return
      case 'bye':
        if (frame.code === FORBIDDEN && !dedicated) return refused(room, frame)
        return ends.message(text)
      case 'left':
        drop(room)
        return tell(frame)
      default: tell(frame)
    }
  }
  const follow = async (stream: Stream): Promise<void> => {
    const { frame: { room, position, rewind }, abort: { signal } } = stream
    const deadline = createTimer(clock)
    const broke = (): void => {
      deadline()
      if (!signal.aborted) session.broke()
    }
    deadline(FIRST_WORD_MS, broke)
    try {
      const query = `${position === undefined ? '' : `&position=${encodeURIComponent(position)}`}${rewind === undefined ? '' : `&rewind=${rewind}`}`
      const response = await session.request(`/sse/${encodeURIComponent(room)}?v=1${query}`, { signal, headers: { accept: 'text/event-stream' } })
      if (response.status === 401 || response.status === 403) take(stream, await response.text())
      else if (response.ok) await readEventStream(response.body!, {
        alive() {
          deadline()
          if (welcomed && !signal.aborted) ends.message('')
        },
        event({ data }) {
          if (!signal.aborted) take(stream, data)
        },
      })
    } catch {
      // It broke, or somebody else's answer came from this address.
    }
    broke()
  }
  const open = (frame: JoinFrame): void => {
    streams.get(frame.room)?.abort.abort()
    const stream: Stream = { frame, connection: undefined, joined: false, abort: new AbortController() }
    streams.set(frame.room, stream)
    void follow(stream)
  }
  /** Two streams of a room would tell each of its offsets twice: the old one ends before the new one begins. */
  const reopen = (): void => ends.joins().filter(({ room }) => streams.has(room)).forEach(open)

  return {
    transport: 'sse',
    join(frame) {
      const stream = streams.get(frame.room)
      if (stream !== undefined && !stream.joined) stream.frame = frame
      else if (stream === undefined && streams.size === MOST_STREAMS) tooMany()
      else open(frame)
    },
    leave: drop,
    renewed() {
      welcomed = false
      reopen()
    },
    check() {
      if (streams.size > 0) reopen()
      else ends.message('')
    },
    connectionOf: (room) => streams.get(room)?.connection,
    stop() {
      idle()
      for (const { abort } of streams.values()) abort.abort()
      streams.clear()
    },
  }
}
