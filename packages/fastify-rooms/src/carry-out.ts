import type { PublishFrame } from 'rooms-protocol'
import { type Ack, ackOf } from './ack.js'
import { after, attempt } from './at-once.js'
import { roomRef } from './authorize.js'
import type { IdempotencyKey } from './broker/broker.js'
import { encodeData, type EncodedEvent, encodeEvent } from './event.js'
import type { Handler } from './handlers.js'
import { ANSWER_MS } from './in-time.js'
import type { Publisher } from './publish.js'
import { conflict, Refused } from './refused.js'
import type { Awaitable, Publication } from './rooms-api.js'

/** Something to publish that passed all doors. */
export interface Taken {
  readonly publisher: Publisher
  readonly frame: PublishFrame
  readonly id: string
  readonly data: unknown
  readonly key: IdempotencyKey | null
}

/** Waits for the handler, but not for ever: a late one still finishes its work, the publisher is told to ask again. */
export function handle(taken: Taken, handler: Handler): Awaitable<Ack> {
  const aborter = new LateAborter()
  const work = carryOut(taken, handler, aborter)
  return work instanceof Promise ? inDeadline(taken, work, aborter) : work
}

function inDeadline({ publisher: { room, log }, id }: Taken, work: Promise<Ack>, aborter: LateAborter): Promise<Ack> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | null = setTimeout(() => {
      timer = null
      log.error({ room, publish: id }, 'a publish handler did not answer in time')
      const late = new Refused('uncertain', `the handler did not answer within ${ANSWER_MS} ms: try again with the same id`)
      aborter.abort(late)
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
        else log.error({ err: error, room, publish: id }, 'a late publish handler failed')
      },
    )
  })
}

/** Makes its signal when it is asked for: few handlers do, and a signal costs more than all else of a publish. */
class LateAborter {
  #aborter: AbortController | undefined
  #reason: Error | undefined

  get signal(): AbortSignal {
    if (this.#aborter === undefined) {
      this.#aborter = new AbortController()
      if (this.#reason !== undefined) this.#aborter.abort(this.#reason)
    }
    return this.#aborter.signal
  }

  abort(reason: Error): void {
    this.#reason = reason
    this.#aborter?.abort(reason)
  }
}

/** What a handler's result becomes: an event, or JSON that is remembered and, where it said something, told the publisher. */
interface Outcome {
  readonly event: EncodedEvent | null
  readonly json: string
  readonly isTold: boolean
}

function carryOut(taken: Taken, handler: Handler, aborter: LateAborter): Awaitable<Ack> {
  const { publisher: { node, room, rules, user, connection, log }, frame, id, data, key } = taken
  const isEvent = rules.events === null || rules.events.has(frame.event)
  const publication = { room: roomRef(room), user, connection, id, data, log, get signal() { return aborter.signal } }
  const outcome = attempt<Outcome>(
    () => after(handler(publication as unknown as Publication<never, never>), (result) => {
      const json = encodeData(frame.event, result)
      if (!isEvent || result === undefined) return { event: null, json, isTold: result !== undefined }
      return after(encode(taken, result), (event) => ({ event, json, isTold: false }))
    }),
    (error) => giveBack(taken, error),
  )
  return after(outcome, ({ event, json, isTold }) => {
    if (event !== null) return append(taken, event)
    const ack: Ack = { type: 'ack', id, room, position: null, isDuplicate: false, result: isTold ? json : null }
    return key === null ? ack : after(node.link.settle(room, key, json), () => ack)
  })
}

/** Lets a retry run the handler again. Where giving back fails, the lease ends by itself. */
async function giveBack({ publisher: { node, room }, key }: Taken, error: unknown): Promise<never> {
  if (key !== null) await node.link.release(room, key).catch(() => {})
  throw error
}

/** @param isChecked whether the data passed the event's own schema already */
export function encode({ publisher: { node, rules, room, user }, frame, id }: Taken, data: unknown, isChecked = false): Awaitable<EncodedEvent> {
  return encodeEvent(node.options.limits, rules, { room, event: frame.event, data, id, from: user.id, trace: frame.trace }, isChecked)
}

export function append({ publisher: { node, rules, room, connection }, id, key }: Taken, { head, tail }: EncodedEvent): Awaitable<Ack> {
  return after(node.link.append({ room, id, head, tail, except: rules.echo ? null : connection, history: rules.history, key }), (result) => {
    if (result.state === 'conflict') throw conflict(id)
    return ackOf(id, room, result)
  })
}
