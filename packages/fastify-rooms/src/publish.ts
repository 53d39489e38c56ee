import { hash } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import { type AckFrame, ERROR_CODES, type ErrorCode, type ErrorFrame, type Issue, type PublishFrame } from 'rooms-protocol'
import { roomRef } from './authorize.js'
import type { AppendResult, IdempotencyKey } from './broker/broker.js'
import { tell } from './diagnostics.js'
import { RoomsRefusal, RoomsTooLargeError, RoomsUncertainError, RoomsUnavailableError } from './errors.js'
import { encodeData, type EncodedEvent, encodeEvent } from './event.js'
import type { Handler } from './handlers.js'
import type { KindRules } from './kinds.js'
import { ANSWER_MS } from './in-time.js'
import type { Membership } from './membership.js'
import { ID_BYTES, randomId } from './random-id.js'
import { speakerOf } from './room-messages.js'
import type { RoomsNode } from './rooms-node.js'
import type { Grants, Publication, User } from './rooms-api.js'
import { sayIssues, validate } from './validate.js'


/** Who publishes, over whatever transport. */
export interface Publisher {
  readonly node: RoomsNode
  readonly user: User
  readonly connection: string | null
  readonly room: string
  readonly rules: KindRules
  readonly grants: Grants | null
  readonly log: FastifyBaseLogger
}

type Answer = AckFrame | Omit<ErrorFrame, 'id'>

/** A refusal on its way to the publisher. */
class Refused extends Error {
  readonly code: string
  readonly issues: readonly Issue[] | undefined
  constructor(code: ErrorCode | (string & {}), message: string, issues?: readonly Issue[]) {
    super(message)
    this.code = code
    this.issues = issues
  }
}

/** Publishes for a connection and writes the answer: `ack` where the frame had an `id`, `error` always. */
export async function answerPublish(membership: Membership, frame: PublishFrame): Promise<void> {
  const { connection } = membership
  const answer = await publish(speakerOf(membership), frame)
  if (answer.type === 'error' || frame.id !== undefined) connection.send(frame.id === undefined ? answer : { ...answer, id: frame.id })
}

/** Carries out a publish. Never rejects: what goes wrong is the answer. */
export async function publish(publisher: Publisher, frame: PublishFrame): Promise<Answer> {
  const { node, room, user } = publisher
  const began = performance.now()
  const answer = await tryPublish(publisher, frame).catch((error: unknown): Answer => ({ type: 'error', room, ...errorOf(error, publisher.log) }))
  const outcome = answer.type === 'ack' ? (answer.duplicate === true ? 'duplicate' : 'ok') : isErrorCode(answer.code) ? answer.code : 'refused'
  node.counters.publish(outcome)
  tell('fastify-rooms:publish', () => ({ server: node.server, room, event: frame.event, user: user.id, outcome, durationMs: performance.now() - began, trace: frame.trace }))
  return answer
}

async function tryPublish(publisher: Publisher, frame: PublishFrame): Promise<Answer> {
  const { node, user, rules, room, grants } = publisher
  const schema = rules.publish?.get(frame.event)
  if (rules.publish !== null && schema === undefined) throw new Refused('forbidden', `clients may not publish '${frame.event}' in rooms of kind '${rules.kind}'`)
  if (!(await node.authorizer.allows(user, roomRef(room), rules, grants, 'publish', frame.event))) throw new Refused('forbidden', `you may not publish '${frame.event}' here`)
  const checked = await validate(schema, frame.data)
  if (!checked.ok) throw new Refused('invalid_data', `'${frame.event}' breaks the contract: ${sayIssues(checked.issues)}`, checked.issues)
  const key = frame.id === undefined ? null : keyOf(user.id, frame.id, frame)
  const id = frame.id ?? randomId(ID_BYTES)
  const handler = node.handlers.get(rules.kind, frame.event)
  if (handler === undefined) return ackOf(id, room, await append(publisher, id, await encode(publisher, frame, id, checked.value), key))
  const known = key === null ? null : await claimed(node, room, key, id)
  return known ?? handle(publisher, frame, handler, id, checked.value, key)
}

/** Takes the id for this attempt, or says what became of the earlier one. */
async function claimed(node: RoomsNode, room: string, key: IdempotencyKey, id: string): Promise<AckFrame | null> {
  const claim = await node.link.claim(room, key)
  switch (claim.state) {
    case 'mine': return null
    case 'pending': throw new Refused('uncertain', 'the same id is being handled now: try again with it')
    case 'conflict': throw conflict(id)
    case 'done': return ackOf(id, room, { ...claim, state: 'duplicate' })
    default: return claim satisfies never
  }
}

/** Waits for the handler, but not for ever: a late one still finishes its work, the publisher is told to ask again. */
function handle(publisher: Publisher, frame: PublishFrame, handler: Handler, id: string, data: unknown, key: IdempotencyKey | null): Promise<AckFrame> {
  const { room, log } = publisher
  const aborter = new LateAborter()
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
    carryOut(publisher, frame, handler, id, data, key, aborter).then(
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

async function carryOut(publisher: Publisher, frame: PublishFrame, handler: Handler, id: string, data: unknown, key: IdempotencyKey | null, aborter: LateAborter): Promise<AckFrame> {
  const { node, room, rules, user, connection, log } = publisher
  const isEvent = rules.events === null || rules.events.has(frame.event)
  const publication = { room: roomRef(room), user, connection, id, data, log, get signal() { return aborter.signal } }
  let result: unknown
  let event: EncodedEvent | null
  let json: string
  try {
    result = await handler(publication as unknown as Publication<never, never>)
    event = isEvent && result !== undefined ? await encode(publisher, frame, id, result) : null
    json = encodeData(frame.event, result)
  } catch (error) {
    // Where giving back fails, the lease ends by itself.
    if (key !== null) await node.link.release(room, key).catch(() => {})
    throw error
  }
  if (event !== null) return ackOf(id, room, await append(publisher, id, event, key))
  if (key !== null) await node.link.settle(room, key, json)
  return { type: 'ack', id, room, ...(isEvent || result === undefined ? {} : { result: JSON.parse(json) as unknown }) }
}

function encode({ node, rules, room, user }: Publisher, frame: PublishFrame, id: string, data: unknown): Promise<EncodedEvent> {
  return encodeEvent(node.options.limits, rules, { room, event: frame.event, data, id, from: user.id, ...(frame.trace === undefined ? {} : { trace: frame.trace }) })
}

function append({ node, rules, room, connection }: Publisher, id: string, event: EncodedEvent, key: IdempotencyKey | null): Promise<AppendResult> {
  return node.link.append({ room, id, ...event, except: rules.echo ? null : connection, history: rules.history, key })
}

function ackOf(id: string, room: string, result: AppendResult): AckFrame {
  if (result.state === 'conflict') throw conflict(id)
  const position = result.position === null ? {} : { position: result.position }
  if (result.state === 'appended') return { type: 'ack', id, room, ...position }
  const outcome = result.result === null ? null : (JSON.parse(result.result) as unknown)
  return { type: 'ack', id, room, ...position, duplicate: true, ...(outcome === null ? {} : { result: outcome }) }
}

function conflict(id: string): Refused {
  return new Refused('conflict', `id '${id}' was used for other content: make a new id for a new publish`)
}

function keyOf(user: string, id: string, frame: PublishFrame): IdempotencyKey {
  return { scope: `user:${user}`, id, hash: hash('sha256', JSON.stringify([frame.event, frame.data]), 'base64url') }
}

const CODES: ReadonlySet<string> = new Set(ERROR_CODES)
const isErrorCode = (code: string): boolean => CODES.has(code)

const STATUS_CODES: Readonly<Record<number, ErrorCode>> = { 400: 'invalid_data', 401: 'unauthorized', 403: 'forbidden', 429: 'rate_limited' }

/** What a publisher may learn of an error: refusals and the four client errors speak, everything else is `internal`. */
/** Handlers may be plain JavaScript, and an `error` object has a code and a message. */
function wordOf(text: unknown): string {
  return typeof text === 'string' && text !== '' ? text : 'refused'
}

function errorOf(error: unknown, log: FastifyBaseLogger): { code: string; message: string; issues?: readonly Issue[] } {
  if (error instanceof Refused) return { code: error.code, message: error.message, ...(error.issues === undefined ? {} : { issues: error.issues }) }
  if (error instanceof RoomsRefusal) return { code: wordOf(error.code), message: wordOf(error.message) }
  if (error instanceof RoomsTooLargeError) return { code: 'too_large', message: error.message }
  if (error instanceof RoomsUnavailableError) return { code: 'unavailable', message: 'not done: try again' }
  if (error instanceof RoomsUncertainError) return { code: 'uncertain', message: 'it may be done: try again with the same id' }
  const { statusCode, message, code: errorCode } = (error ?? {}) as { statusCode?: unknown; message?: unknown; code?: unknown }
  // Our own errors are the handler's mistakes, not the client's.
  const code = typeof statusCode === 'number' && !String(errorCode).startsWith('FST_ROOMS_') ? STATUS_CODES[statusCode] : undefined
  if (code !== undefined) return { code, message: String(message) }
  log.error({ err: error }, 'a publish failed')
  return { code: 'internal', message: 'internal error' }
}
