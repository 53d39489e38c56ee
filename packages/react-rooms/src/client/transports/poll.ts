import type { JoinFrame, PollAnswer, ServerFrame, WelcomeFrame } from 'rooms-protocol'
import { createTimer } from '../clock.js'
import { isSameJoin, type FallbackSession, type Receiver } from './fallback-session.js'

/** Receives all rooms by one request after another, each answered when there is something to tell. */
export function receiveByPoll(session: FallbackSession): Receiver {
  /** How long the server may wait for something to tell, and not longer than it may be silent: proxies give up a request after 30 s or more. */
  const WAIT_MS = 25_000
  /** How much later its answer may come. */
  const LATE_MS = 8_000
  /** After `rate_limited` without a time. */
  const LIMITED_MS = 1_000
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
  let connection: string | undefined
  let longestMs = WAIT_MS
  let round = new AbortController()

  const forget = (room: string): void => {
    joining.delete(room)
    delete positions[room]
    delete presence[room]
  }
  const take = (answer: PollAnswer): void => {
    const asked = new Map(joining)
    ;({ positions, presence, connection } = answer)
    for (const message of answer.messages) {
      const { type, room } = message as { type: ServerFrame['type']; room?: string }
      if (type === 'welcome') longestMs = Math.min(WAIT_MS, (message as WelcomeFrame).pingMs)
      if (room !== undefined) {
        // Asked anew, from elsewhere, by somebody who heard the messages before: this answers the older question.
        if (joining.has(room) && joining.get(room) !== asked.get(room)) continue
        if (type === 'joined') joining.delete(room)
        if (type === 'left') forget(room)
      }
      ends.message(JSON.stringify(type === 'left' && dedicated ? { ...message, type: 'bye' } : message))
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
    deadline(waitMs + LATE_MS, session.broke)
    const response = await session.request('/poll?v=1', {
      method: 'POST', signal, headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rooms, presence: connection && presence, rewind, connection, waitMs }),
    })
    const answer = (await response.json()) as PollAnswer & { type?: string; code?: string; retryAfterMs?: number }
    if (signal.aborted) return
    deadline()
    if (response.ok) take(answer)
    else if (answer.type === 'bye') ends.message(JSON.stringify(answer))
    else if (answer.code === 'rate_limited') {
      ends.message('')
      await new Promise<void>((resume) => deadline(answer.retryAfterMs ?? LIMITED_MS, resume))
    }
    // What is no answer of ours is the proxy's, or another server's.
    else throw new Error(`status ${response.status}`)
  }
  /** What is under way was asked before something changed. Waits a moment, for rooms are often joined in one go. */
  const again = (firstWaitMs = longestMs): void => {
    round.abort()
    const { signal } = (round = new AbortController())
    const run = async (): Promise<void> => {
      try {
        for (let waitMs = firstWaitMs; !signal.aborted; waitMs = longestMs) {
          if (connection !== undefined && joining.size === 0 && Object.keys(positions).length === 0) return keepQuiet()
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
  const keepQuiet = (): void => {
    ends.message('')
    deadline(IDLE_MS, keepQuiet)
  }
  // Also where there is no room: somebody waits for a welcome.
  again()
  return {
    transport: 'poll',
    join(frame) {
      const { room } = frame
      const before = joining.get(room)
      if (before !== undefined && isSameJoin(before, frame)) return
      forget(room)
      joining.set(room, frame)
      again()
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
