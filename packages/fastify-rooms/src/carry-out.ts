import type { FastifyBaseLogger } from 'fastify'
import type { PublishFrame } from 'rooms-protocol'
import { type Ack, ackOf } from './ack.js'
import { after, attempt } from './at-once.js'
import { roomRef } from './authorize.js'
import type { AppendResult, IdempotencyKey } from './broker/broker.js'
import { encodeData, type EncodedEvent, encodeEvent } from './event.js'
import type { Handler } from './handlers.js'
import { ANSWER_MS } from './in-time.js'
import { logFailure } from './log-failure.js'
import type { Publisher } from './publish.js'
import { conflict, Refused } from './refused.js'
import type { Awaitable, Publication, RoomRef, User } from './rooms-api.js'

/** Something to publish that passed all doors. */
export interface Taken {
  readonly publisher: Publisher
  readonly frame: PublishFrame
  readonly id: string
  readonly data: unknown
  readonly key: IdempotencyKey | null
}
/** What the application has a handler for; anything else becomes an event as it is. */
export interface Handleable extends Taken { readonly handler: Handler }

/** Waits for the handler, but not for ever: a late one still finishes its work, the publisher is told to ask again. */
export function handle(taken: Handleable): Awaitable<Ack> {
  const handled = new Handled(taken)
  const work = after(attempt(run, giveBack, { taken, handled }), conclude, taken)
  return work instanceof Promise ? inDeadline(taken, work, handled) : work
}

function inDeadline({ publisher: { room, log }, id }: Taken, work: Promise<Ack>, handled: Handled): Promise<Ack> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | null = setTimeout(() => {
      timer = null
      log.error({ room, publish: id }, 'a publish handler did not answer in time')
      const late = new Refused('uncertain', `the handler did not answer within ${ANSWER_MS} ms: try again with the same id`)
      Handled.abort(handled, late)
      reject(late)
    }, ANSWER_MS)
    const settled = (): boolean => {
      if (timer === null) return false
      clearTimeout(timer)
      return true
    }
    work.then(
      (ack) => settled() && resolve(ack),
      (error: unknown) => {
        if (settled()) reject(error as Error)
        else logFailure(log, error, 'a late publish handler failed', { room, publish: id })
      },
    )
  })
}

/**
 * What a handler gets. Makes its signal when it is asked for: few handlers do, and a signal costs more than all else of
 * a publish. The getter is the object's own, so that a copy has the signal as well, and one function for all: with one
 * in a literal V8 makes a new shape each time, which keeps the whole publish in memory until the next full collection.
 */
class Handled {
  static readonly #signal: PropertyDescriptor & ThisType<Handled> = { enumerable: true, get() { return this.#signalOfOwn() } }
  readonly room: RoomRef
  readonly user: User
  readonly connection: string | null
  readonly id: string
  readonly data: unknown
  readonly log: FastifyBaseLogger
  #aborter: AbortController | undefined
  #reason: Error | undefined
  constructor({ publisher, id, data }: Taken) {
    this.room = roomRef(publisher.room)
    this.user = publisher.user
    this.connection = publisher.connection
    this.id = id
    this.data = data
    this.log = publisher.log
    Object.defineProperty(this, 'signal', Handled.#signal)
  }

  #signalOfOwn(): AbortSignal {
    if (this.#aborter === undefined) {
      this.#aborter = new AbortController()
      if (this.#reason !== undefined) this.#aborter.abort(this.#reason)
    }
    return this.#aborter.signal
  }

  static abort(handled: Handled, reason: Error): void {
    handled.#reason = reason
    handled.#aborter?.abort(reason)
  }
}

/** What a handler's result becomes: an event, or JSON that is remembered and, where it said something, told the publisher. */
interface Outcome {
  readonly event: EncodedEvent | null
  readonly json: string
  readonly isTold: boolean
}

interface Handling {
  readonly taken: Handleable
  readonly handled: Handled
}

function run({ taken, handled }: Handling): Awaitable<Outcome> {
  return after(taken.handler(handled as unknown as Publication<never, never>), outcomeOf, taken)
}

function outcomeOf(result: unknown, taken: Taken): Awaitable<Outcome> {
  const { publisher: { rules }, frame: { event } } = taken
  const json = encodeData(event, result)
  if (result === undefined || !(rules.events === null || rules.events.has(event))) return { event: null, json, isTold: result !== undefined }
  return after(encode(taken, result), (encoded) => ({ event: encoded, json, isTold: false }))
}

function conclude({ event, json, isTold }: Outcome, taken: Taken): Awaitable<Ack> {
  if (event !== null) return append(event, taken)
  const { publisher: { node, room }, id, key } = taken
  const ack: Ack = { type: 'ack', id, room, position: null, isDuplicate: false, result: isTold ? json : null }
  return key === null ? ack : after(node.link.settle(room, key, json), () => ack)
}

/** Lets a retry run the handler again. Where giving back fails, the lease ends by itself. */
async function giveBack(failure: unknown, { taken: { publisher: { node, room }, key } }: Handling): Promise<never> {
  if (key !== null) await node.link.release(room, key).catch(() => {})
  throw failure
}

/** @param isChecked whether the data passed the event's own schema already */
export function encode({ publisher: { node, rules, room, user }, frame, id }: Taken, data: unknown, isChecked = false): Awaitable<EncodedEvent> {
  return encodeEvent(node.options.limits, rules, { room, event: frame.event, data, id, from: user.id, trace: frame.trace }, isChecked)
}

export function append({ head, tail }: EncodedEvent, taken: Taken): Awaitable<Ack> {
  const { publisher: { node, rules, room, connection }, id, key } = taken
  return after(node.link.append({ room, id, head, tail, except: rules.echo ? null : connection, history: rules.history, key }), appended, taken)
}

function appended(result: AppendResult, { publisher: { room }, id }: Taken): Ack {
  if (result.state === 'conflict') throw conflict(id)
  return ackOf(id, room, result)
}
