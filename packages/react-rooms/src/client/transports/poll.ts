import type { JoinFrame, PollAnswer } from 'rooms-protocol'
import { createTimer } from '../clock.js'
import { FIRST_WORD_MS, type FallbackSession, type Receiver } from './fallback-session.js'

/** Receives all rooms by one request after another, each answered when there is something to tell. */
export function receiveByPoll(session: FallbackSession): Receiver {
  /** How long the server may wait for something to tell: proxies give up a silent request after 30 s or more. */
  const WAIT_MS = 25_000
  /** How much later its answer may come. */
  const LATE_MS = 8_000
  /** While no room is asked for nothing comes, and nothing is wrong. */
  const IDLE_MS = 10_000
  const { ends, clock, dedicated } = session
  const deadline = createTimer(clock)
  /** Joins that were not answered yet. */
  const joining = new Map<string, JoinFrame>()
  /** Where to go on from in each joined room. */
  let positions: Record<string, string> = {}
  /** Up to where the server told its presence; what is left out is joined anew. */
  let presence: Record<string, number> = {}
  /** Rooms whose answer has come and is about to be told. */
  const answered = new Set<string>()
  let connection: string | undefined
  let round = new AbortController()

  const forget = (room: string): void => {
    joining.delete(room)
    delete positions[room]
    delete presence[room]
  }
  const take = (answer: PollAnswer): void => {
    ;({ positions, presence, connection } = answer)
    for (const message of answer.messages) if (message.type === 'joined' || message.type === 'left') answered.add(message.room)
    for (const message of answer.messages) {
      const frame = message.type === 'joined' || message.type === 'left' ? joining.get(message.room) : undefined
      if (message.type === 'left') forget(message.room)
      if (message.type === 'joined') joining.delete(message.room)
      if ('room' in message) answered.delete(message.room!)
      ends.message(JSON.stringify(message))
      // The request has no place for it; a connection of one room tells it by itself.
      if (message.type === 'joined' && frame?.state !== undefined && !dedicated) session.say(frame.room, { type: 'presence', room: frame.room, state: frame.state })
    }
    // No message is a sign of life, too.
    ends.message('')
  }
  const ask = async (signal: AbortSignal, waitMs: number): Promise<void> => {
    const rewind: Record<string, number> = {}
    const rooms: Record<string, string | null> = { ...positions }
    for (const frame of joining.values()) {
      rooms[frame.room] = frame.position ?? null
      if (frame.rewind !== undefined) rewind[frame.room] = frame.rewind
    }
    deadline(connection === undefined ? FIRST_WORD_MS : waitMs + LATE_MS, session.broke)
    const response = await session.request('/poll?v=1', {
      method: 'POST', signal, headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rooms, presence: connection && presence, rewind, connection, waitMs }),
    })
    const answer = (await response.json()) as PollAnswer & { type?: string; code?: string; retryAfterMs?: number }
    if (signal.aborted) return
    deadline()
    if (response.ok) take(answer)
    else if (answer.type === 'bye') ends.message(JSON.stringify(answer))
    // What is no answer of ours is the proxy's, or another server's.
    else throw new Error(`status ${response.status}`)
  }
  /** What is under way was asked before something changed. Waits a moment, for rooms are often joined in one go. */
  const again = (firstWaitMs = WAIT_MS): void => {
    round.abort()
    const { signal } = (round = new AbortController())
    const run = async (): Promise<void> => {
      try {
        for (let waitMs = firstWaitMs; !signal.aborted; waitMs = WAIT_MS) {
          if (joining.size === 0 && Object.keys(positions).length === 0) return keepQuiet()
          await ask(signal, waitMs)
        }
      } catch {
        if (!signal.aborted) session.broke()
      }
    }
    queueMicrotask(() => {
      if (!signal.aborted) void run()
    })
  }
  const keepQuiet = (): void => deadline(IDLE_MS, () => {
    ends.message('')
    keepQuiet()
  })
  return {
    transport: 'poll',
    join(frame) {
      const { room } = frame
      // The welcome is told before the answers that came with it.
      const isAnswered = answered.has(room)
      if (!isAnswered) forget(room)
      joining.set(room, frame)
      if (!isAnswered) again()
    },
    leave(room) {
      forget(room)
      again()
    },
    renewed() {
      // Only a new session is welcomed, and told when the new token expires.
      connection = undefined
      const known = ends.joins().filter(({ room }) => joining.has(room) || room in positions)
      positions = {}
      for (const frame of known) joining.set(frame.room, frame)
      again()
    },
    check: () => again(0),
    connectionOf: () => connection,
    stop() {
      deadline()
      round.abort()
    },
  }
}
