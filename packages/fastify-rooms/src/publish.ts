import type { FastifyBaseLogger } from 'fastify'
import type { ErrorFrame, PublishFrame, StandardSchemaV1 } from 'rooms-protocol'
import { type Ack, ackOf, ackText } from './ack.js'
import { after, attempt } from './at-once.js'
import type { Claim, IdempotencyKey } from './broker/broker.js'
import { append, encode, handle, type Handleable, type Taken } from './carry-out.js'
import type { Connection } from './connection.js'
import { startOf, tell } from './diagnostics.js'
import { fingerprint } from './fingerprint.js'
import type { KindRules } from './kinds.js'
import type { Membership } from './membership.js'
import { ID_BYTES, randomId } from './random-id.js'
import { conflict, errorOf, isErrorCode, Refused } from './refused.js'
import { speakerOf } from './room-messages.js'
import type { RoomsNode } from './rooms-node.js'
import type { Awaitable, Grants, User } from './rooms-api.js'
import { sayIssues, validate, type Validated } from './validate.js'

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

type Answer = Ack | Omit<ErrorFrame, 'id'>

/** Something a client wants to publish. */
interface Asked {
  readonly publisher: Publisher
  readonly frame: PublishFrame
  /** Of its data, where the contract has one. */
  readonly schema: StandardSchemaV1 | undefined
  /** Of `startOf`. */
  readonly began: number
}

/** Publishes for a connection and writes the answer: `ack` where the frame had an `id`, `error` always. */
export function answerPublish(membership: Membership, frame: PublishFrame): void | Promise<void> {
  const { connection } = membership
  const answer = publish(speakerOf(membership), frame)
  if (answer instanceof Promise) return answer.then((said) => tellPublisher(connection, frame, said))
  tellPublisher(connection, frame, answer)
}

function tellPublisher(connection: Connection, { id }: PublishFrame, answer: Answer): void {
  if (answer.type === 'error') connection.send(id === undefined ? answer : { ...answer, id })
  else if (id !== undefined) connection.write(ackText(answer))
}

/** Carries out a publish: at once where nothing has to be waited for. Never throws or rejects: what goes wrong is the answer. */
export function publish(publisher: Publisher, frame: PublishFrame): Awaitable<Answer> {
  const asked: Asked = { publisher, frame, schema: publisher.rules.publish?.get(frame.event), began: startOf('fastify-rooms:publish') }
  return after(attempt<Answer, Asked>(ask, refused, asked), counted, asked)
}

function refused(error: unknown, { publisher: { room, log } }: Asked): Answer {
  return { type: 'error', room, ...errorOf(error, log) }
}

function counted(answer: Answer, asked: Asked): Answer {
  const outcome = answer.type === 'ack' ? (answer.isDuplicate ? 'duplicate' : 'ok') : isErrorCode(answer.code) ? answer.code : 'refused'
  asked.publisher.node.counters.publish(outcome)
  if (asked.began > 0) diagnosed(asked, outcome)
  return answer
}

function diagnosed({ publisher: { node, room, user }, frame: { event, trace }, began }: Asked, outcome: string): void {
  tell('fastify-rooms:publish', () => ({ server: node.server, room, event, user: user.id, outcome, durationMs: performance.now() - began, trace }))
}

function ask(asked: Asked): Awaitable<Answer> {
  const { publisher: { node, user, rules, room, grants }, frame: { event }, schema } = asked
  if (rules.publish !== null && schema === undefined) throw new Refused('forbidden', `clients may not publish '${event}' in rooms of kind '${rules.kind}'`)
  return after(node.authorizer.allows(user, room, rules, grants, 'publish', event), allowed, asked)
}

function allowed(isAllowed: boolean, asked: Asked): Awaitable<Answer> {
  const { frame: { event, data }, schema } = asked
  if (!isAllowed) throw new Refused('forbidden', `you may not publish '${event}' here`)
  return after(validate(schema, data), checked, asked)
}

function checked(result: Validated, { publisher, frame, schema }: Asked): Awaitable<Answer> {
  const { node, user, rules, room } = publisher
  const { event } = frame
  if (!result.ok) throw new Refused('invalid_data', `'${event}' breaks the contract: ${sayIssues(result.issues)}`, result.issues)
  const key = frame.id === undefined ? null : keyOf(user.id, frame.id, frame)
  const id = frame.id ?? randomId(ID_BYTES)
  const handler = node.handlers.get(rules.kind, event)
  if (handler !== undefined) {
    const taken: Handleable = { publisher, frame, id, data: result.value, key, handler }
    return key === null ? handle(taken) : after(node.link.claim(room, key), claimed, taken)
  }
  const taken: Taken = { publisher, frame, id, data: result.value, key }
  return after(encode(taken, result.value, schema !== undefined && schema === rules.events?.get(event)), append, taken)
}

/** Has the id for this attempt, or says what became of the earlier one. */
function claimed(claim: Claim, taken: Handleable): Awaitable<Ack> {
  const { publisher: { room }, id } = taken
  switch (claim.state) {
    case 'mine': return handle(taken)
    case 'pending': throw new Refused('uncertain', 'the same id is being handled now: try again with it')
    case 'conflict': throw conflict(id)
    case 'done': return ackOf(id, room, claim)
    default: return claim satisfies never
  }
}

function keyOf(user: string, id: string, { event, data }: PublishFrame): IdempotencyKey {
  return { scope: user, id, hash: fingerprint(event, data) }
}
