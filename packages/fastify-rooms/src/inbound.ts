import { type ClientFrame, CloseCode, type JoinFrame, parseClientFrame, splitBatch } from 'rooms-protocol'
import type { Connection } from './connection.js'
import { leftOf } from './goodbye.js'
import { join } from './join.js'
import { leaveRoom } from './leave.js'
import { BadMessages, MessageRate } from './limits.js'
import { logFailure } from './log-failure.js'
import type { Membership } from './membership.js'
import { answerPublish } from './publish.js'
import { recheck } from './recheck.js'
import type { Visit } from './visit.js'
import { changeState, type Problem, sendSignal, showTyping, speakerOf, tellMembers } from './room-messages.js'

/** Joins of one connection that do not count as messages, for each room it may be in: enough for all to be joined anew a few times. */
const FREE_JOINS_PER_ROOM = 4
/** The lane of tokens, which no room is called: an older one that takes longer to verify must not outlast the newer. */
const TOKENS = ''

/** Turns a client's messages into actions. Those of one room run in order; those of different rooms do not wait for each other. */
export class Inbound {
  readonly #connection: Connection
  /** Made when it is needed: an idle connection has said nothing yet, and nothing wrong. */
  #rate: MessageRate | null = null
  #bad: BadMessages | null = null
  #joins = 0
  /** The last unfinished action of each room, and of the tokens; `null` while nothing is under way. */
  #lanes: Map<string, Promise<void>> | null = null
  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** @param now `performance.now()`: read once for all objects of a message */
  receive(message: string, now: number): void {
    for (const text of splitBatch(message)) {
      if (this.#connection.closed) return
      this.#object(text, now)
    }
  }

  /** Resolves when the room answered, or nothing will. */
  async join(frame: JoinFrame, visit?: Visit): Promise<void> {
    this.#inOrder(frame.room, () => join(this.#connection, frame, visit))
    await this.#lanes?.get(frame.room)
  }

  /** Without a word: whoever polls without naming a room knows. */
  forget(room: string): void {
    this.#inOrder(room, () => this.#takeOut(room))
  }

  /** Asks again for every room, those whose join is under way included: their turn comes after it. */
  recheck(): void {
    const connection = this.#connection
    // A handler may ask for it before its own publish stands in the lane: that one is to be answered first.
    for (const room of [...connection.memberships.rooms(), ...connection.memberships.joining]) queueMicrotask(() => this.#inOrder(room, () => recheck(connection, room)))
  }

  #object(text: string, now: number): void {
    const connection = this.#connection
    const { limits } = connection.node.options
    const parsed = parseClientFrame(text, limits.messageBytes)
    const said = parsed.ok ? parsed.frame : parsed
    // Refused objects count as well: answering them without end would be an amplifier.
    const free = parsed.ok && (parsed.frame.type === 'pong' || (parsed.frame.type === 'join' && this.#isFreeJoin()))
    const verdict = free ? null : (this.#rate ??= new MessageRate(limits.messagesPerSecond, now)).take(now)
    if (verdict !== null && !verdict.ok) return this.#tooMany(said, verdict)
    if (parsed.ok) return this.#dispatch(parsed.frame)
    const { ok: _, ...refused } = parsed
    connection.send({ type: 'error', ...refused })
    if (refused.code !== 'bad_json' || (this.#bad ??= new BadMessages(limits.badMessages)).tolerate(now)) return
    connection.end(CloseCode.badMessages, `more than limits.badMessages (${limits.badMessages}) unreadable messages in 10 s`)
  }

  /** Answered with all members of a room, a join is the greatest amplifier of all. */
  #isFreeJoin(): boolean {
    return this.#joins++ < FREE_JOINS_PER_ROOM * this.#connection.node.options.limits.rooms
  }

  #tooMany(said: object, { retryAfterMs, close }: { readonly retryAfterMs: number; readonly close: boolean }): void {
    const { messagesPerSecond } = this.#connection.node.options.limits
    const { room } = said as { readonly room?: string }
    const message = `more than limits.messagesPerSecond (${messagesPerSecond}): wait retryAfterMs`
    this.#connection.send({ type: 'error', code: 'rate_limited', message, retryAfterMs, ...idOf(said), ...(room === undefined ? {} : { room }) })
    if (close) this.#connection.end(CloseCode.rateLimited, 'went on after rate_limited')
  }

  #dispatch(frame: ClientFrame): void {
    const { boundRoom } = this.#connection
    if (boundRoom !== undefined && 'room' in frame && frame.room !== undefined && frame.room !== boundRoom) return this.#elsewhere(frame, boundRoom)
    switch (frame.type) {
      case 'join': return void this.join(frame)
      case 'leave': return this.#inOrder(frame.room, () => this.#leave(frame.room))
      case 'publish': return this.#inRoom(frame, answerPublish)
      case 'signal': return this.#inRoom(frame, (membership) => this.#answer(frame, sendSignal(speakerOf(membership), frame)))
      case 'typing': return this.#inRoom(frame, (membership) => this.#answer(frame, showTyping(speakerOf(membership), frame.on)))
      case 'presence': return this.#inRoom(frame, (membership) => this.#answer(frame, changeState(speakerOf(membership), frame.state)))
      case 'members': return this.#inRoom(frame, (membership) => tellMembers(membership, frame.after))
      case 'auth': return this.#inOrder(TOKENS, () => this.#refresh(frame.token, frame.id))
      case 'ping': return this.#connection.send({ type: 'pong' })
      case 'pong': return
      default: return frame satisfies never
    }
  }

  async #answer({ room }: { readonly room?: string }, work: Promise<Problem | null>): Promise<void> {
    const problem = await work
    const named = room ?? this.#connection.boundRoom
    if (problem !== null) this.#connection.send({ type: 'error', ...problem, ...(named === undefined ? {} : { room: named }) })
  }

  #elsewhere(frame: { readonly room?: string; readonly id?: string }, boundRoom: string): void {
    const { room } = frame
    this.#connection.send({ type: 'error', code: 'bad_request', message: `this connection serves '${boundRoom}' only: connect to /ws for several rooms`, ...(room === undefined ? {} : { room }), ...idOf(frame) })
  }

  /** Runs an action that needs a membership, after what is still under way in that room. */
  #inRoom<F extends { readonly room?: string; readonly id?: string }>(frame: F, act: (membership: Membership, frame: F) => void | Promise<void>): void {
    const connection = this.#connection
    const room = frame.room ?? connection.boundRoom
    if (room === undefined) return connection.send({ type: 'error', code: 'bad_request', message: "say which room: this connection is bound to none, so every frame needs 'room'", ...idOf(frame) })
    this.#inOrder(room, () => {
      const membership = connection.memberships.get(room)
      if (membership !== undefined) return act(membership, frame)
      connection.send({ type: 'error', code: 'not_joined', message: `join '${room}' first`, room, ...idOf(frame) })
    })
  }

  /** At once where nothing is under way, so that a burst stays in its tick. */
  #inOrder(room: string, act: () => void | Promise<void>): void {
    const before = this.#lanes?.get(room)
    let running: void | Promise<void>
    try {
      running = before === undefined ? act() : before.then(() => (this.#connection.closed ? undefined : act()))
    } catch (error) {
      return this.#failed(error, room)
    }
    if (running !== undefined) this.#enter(room, running)
  }

  #enter(room: string, running: Promise<void>): void {
    const lane = running
      .catch((error: unknown) => this.#failed(error, room))
      .finally(() => this.#over(room, lane))
    this.#lanes ??= new Map()
    this.#lanes.set(room, lane)
  }

  #failed(error: unknown, room: string): void {
    logFailure(this.#connection.log, error, 'a message failed', { room })
  }

  #over(room: string, lane: Promise<void>): void {
    if (this.#lanes?.get(room) === lane) this.#lanes.delete(room)
    if (this.#lanes?.size === 0) this.#lanes = null
  }

  #leave(room: string): void {
    this.#connection.send(leftOf(room, CloseCode.normal, 'left'))
    this.#takeOut(room)
  }

  #takeOut(room: string): void {
    const membership = this.#connection.memberships.get(room)
    if (membership !== undefined) leaveRoom(membership, 0)
  }

  async #refresh(token: string, id: string | undefined): Promise<void> {
    const connection = this.#connection
    try {
      if (!(await connection.refresh(token))) return
      this.recheck()
      const { expiresAt } = connection.user
      if (id !== undefined) connection.send({ type: 'ack', id, result: expiresAt === undefined ? {} : { expiresAt } })
    } catch (error) {
      connection.log.error({ err: error }, 'refreshing a token failed')
      connection.end(CloseCode.internal, 'internal error')
    }
  }
}

function idOf({ id }: { readonly id?: string }): { id?: string } {
  return id === undefined ? {} : { id }
}
