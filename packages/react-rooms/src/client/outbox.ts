import type { AckFrame, ErrorFrame, Issue } from 'rooms-protocol'
import { createTimer } from './clock.js'
import { RoomChangedError, RoomsPublishError } from './errors.js'
import type { Settings } from './options.js'
import { randomId } from './random-id.js'
import type { Ack, PublishOptions } from './room.js'

/** A publish nobody answered yet. */
export interface Entry {
  readonly id: string
  readonly room: string
  readonly encoded: string
  readonly weighs: number
  readonly bornAt: number
  readonly acked: (ack: Ack) => void
  readonly failed: (error: Error) => void
  /** When it left; 0 if it must leave again, undefined if it never did: once it left, it may have been done. */
  sentAt?: number
}

/** Publishes until they are settled, in order. A connection may come and go; the ids make every retry safe. */
export interface Outbox {
  readonly unsettled: ReadonlySet<Entry>
  publish(room: string, event: string, data: unknown, options: PublishOptions): Promise<Ack>
  answered(frame: AckFrame | ErrorFrame): void
  /** Whatever left may be lost: all of it leaves again. */
  sessionEnded(): void
  /** Rejects what is for a room, or all. What left already is `uncertain`; with `room_changed` it goes on waiting for its ack. */
  rejectAll(code: string, message: string, room?: string): void
  /** Sends what may be sent, again what is overdue, and gives up what is too old. */
  sendDue(): void
}

/**
 * @param offer sends if the room is joined and the server's pace allows; says whether it did.
 * @param messageBytes the longest object the server takes, in UTF-8 bytes; undefined before it said so.
 * @param doubt an ack is overdue: is the connection alive?
 * @param counted the number of unsettled publishes changed.
 */
export const createOutbox = (
  { clock, ackTimeoutMs, queue: bounds }: Settings,
  offer: (room: string, encoded: string) => boolean | undefined, messageBytes: () => number | undefined, doubt: () => void, counted: () => void,
): Outbox => {
  /** What never left is rejected, what did goes on waiting. */
  const CHANGED = 'room_changed'
  /** While anything is unsettled it is looked at this often: may it leave, is its ack overdue, is it too old? */
  const TICK_MS = 250
  /** The server forgets a publish id after 300 s: a retry must be over well before. */
  const LONGEST_AGE_MS = 240_000
  /** After `rate_limited` without a time. */
  const LIMITED_MS = 1_000
  const unsettled = new Set<Entry>()
  const timer = createTimer(clock)
  /** Told to be slower: nothing leaves before. */
  let notBefore = 0

  const settle = (entry: Entry): Entry => {
    unsettled.delete(entry)
    if (!unsettled.size) timer()
    counted()
    return entry
  }
  const fail = (entry: Entry, code: string, message: string, issues?: readonly Issue[]): void =>
    settle(entry).failed(new (code === CHANGED ? RoomChangedError : RoomsPublishError)(code, message, entry.id, issues))
  const giveUp = (entry: Entry, code: string, message: string): void => {
    if (entry.sentAt === undefined) fail(entry, code, message)
    else if (code !== CHANGED) fail(entry, 'uncertain', 'retry with the same id')
  }

  const sendDue = (): void => {
    const now = clock.now()
    /** Rooms whose turn has not come; none of their publishes may overtake another. */
    const blocked = new Set<string>()
    for (const entry of unsettled) {
      const { room, sentAt } = entry
      if (sentAt && now - sentAt >= ackTimeoutMs) {
        entry.sentAt = 0
        doubt()
      }
      // Where the clock was set back by more, nobody knows how old it is.
      if (Math.abs(now - entry.bornAt) >= Math.min(bounds.maxAgeMs, LONGEST_AGE_MS)) giveUp(entry, 'unavailable', 'not sent')
      else if (!entry.sentAt)
        // It would end the connection. Nothing exceeds a limit that is not known yet.
        if (entry.weighs > messageBytes()!) giveUp(entry, 'too_large', `over ${messageBytes()} bytes`)
        else if (now < notBefore || blocked.has(room) || !offer(room, entry.encoded)) blocked.add(room)
        else entry.sentAt = now
    }
    timer(TICK_MS, unsettled.size ? sendDue : undefined)
  }

  return {
    unsettled,
    publish(room, event, data, { id = randomId(), queue }) {
      const promise = new Promise<Ack>((resolve, reject) => {
        const encoded = JSON.stringify({ type: 'publish', room, event, data, id })
        const bytes = new Blob([encoded]).size
        const entry: Entry = { id, room, encoded, weighs: bytes, bornAt: clock.now(), acked: resolve, failed: reject }
        const queued = [...unsettled].reduce((sum, other) => sum + other.weighs, bytes)
        // What is too large at once fails for that, however much waits.
        if (!(bytes > messageBytes()!) && (unsettled.size >= bounds.max || queued > bounds.maxBytes)) return fail(entry, 'queue_full', 'wait for acks')
        unsettled.add(entry)
        counted()
        sendDue()
        if (queue === false && !entry.sentAt) fail(entry, 'unavailable', 'not sent')
      })
      // Who ignores the result must not bring the process down; who awaits it still gets the rejection.
      promise.catch(() => {})
      return promise
    },
    answered(frame) {
      // One answer for one: an id that is used twice is answered twice.
      const entry = [...unsettled].find(({ id }) => id === frame.id)
      if (!entry) return
      if (frame.type === 'ack') settle(entry).acked(frame)
      else if (frame.code === 'rate_limited') {
        notBefore = clock.now() + (frame.retryAfterMs ?? LIMITED_MS)
        entry.sentAt = 0
        // `uncertain` stays as it is: sent again with the same id once its ack is overdue.
      } else if (frame.code !== 'uncertain') fail(entry, frame.code, frame.message, frame.issues)
    },
    sessionEnded() {
      for (const entry of unsettled) entry.sentAt &&= 0
    },
    rejectAll(code, message, room) {
      for (const entry of unsettled) if ((room ?? entry.room) === entry.room) giveUp(entry, code, message)
    },
    sendDue,
  }
}
