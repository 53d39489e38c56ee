import type { FastifyBaseLogger } from 'fastify'
import type { ErrorFrame, PublishFrame } from 'rooms-protocol'
import { type Ack, ackOf, ackText } from './ack.js'
import { after, attempt } from './at-once.js'
import type { IdempotencyKey } from './broker/broker.js'
import { append, encode, handle, type Taken } from './carry-out.js'
import { tell } from './diagnostics.js'
import { fingerprint } from './fingerprint.js'
import type { Handler } from './handlers.js'
import type { KindRules } from './kinds.js'
import type { Membership } from './membership.js'
import { ID_BYTES, randomId } from './random-id.js'
import { conflict, errorOf, isErrorCode, Refused } from './refused.js'
import { speakerOf } from './room-messages.js'
import type { RoomsNode } from './rooms-node.js'
import type { Awaitable, Grants, User } from './rooms-api.js'
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

type Answer = Ack | Omit<ErrorFrame, 'id'>

/** Publishes for a connection and writes the answer: `ack` where the frame had an `id`, `error` always. */
export function answerPublish(membership: Membership, frame: PublishFrame): void | Promise<void> {
  const { connection } = membership
  const answered = after(publish(speakerOf(membership), frame), (answer) => {
    if (answer.type === 'error') connection.send(frame.id === undefined ? answer : { ...answer, id: frame.id })
    else if (frame.id !== undefined) connection.write(ackText(answer))
  })
  return answered instanceof Promise ? answered : undefined
}

/** Carries out a publish: at once where nothing has to be waited for. Never throws or rejects: what goes wrong is the answer. */
export function publish(publisher: Publisher, frame: PublishFrame): Awaitable<Answer> {
  const { node, room, user } = publisher
  const began = performance.now()
  const answer = attempt<Answer>(() => tryPublish(publisher, frame), (error) => ({ type: 'error', room, ...errorOf(error, publisher.log) }))
  return after(answer, (said) => {
    const outcome = said.type === 'ack' ? (said.isDuplicate ? 'duplicate' : 'ok') : isErrorCode(said.code) ? said.code : 'refused'
    node.counters.publish(outcome)
    tell('fastify-rooms:publish', () => ({ server: node.server, room, event: frame.event, user: user.id, outcome, durationMs: performance.now() - began, trace: frame.trace }))
    return said
  })
}

function tryPublish(publisher: Publisher, frame: PublishFrame): Awaitable<Answer> {
  const { node, user, rules, room, grants } = publisher
  const { event } = frame
  const schema = rules.publish?.get(event)
  if (rules.publish !== null && schema === undefined) throw new Refused('forbidden', `clients may not publish '${event}' in rooms of kind '${rules.kind}'`)
  return after(node.authorizer.allows(user, room, rules, grants, 'publish', event), (isAllowed) => {
    if (!isAllowed) throw new Refused('forbidden', `you may not publish '${event}' here`)
    return after(validate(schema, frame.data), (checked) => {
      if (!checked.ok) throw new Refused('invalid_data', `'${event}' breaks the contract: ${sayIssues(checked.issues)}`, checked.issues)
      const key = frame.id === undefined ? null : keyOf(user.id, frame.id, frame)
      const taken: Taken = { publisher, frame, id: frame.id ?? randomId(ID_BYTES), data: checked.value, key }
      const handler = node.handlers.get(rules.kind, event)
      if (handler !== undefined) return key === null ? handle(taken, handler) : claimed(taken, key, handler)
      return after(encode(taken, checked.value, schema !== undefined && schema === rules.events?.get(event)), (encoded) => append(taken, encoded))
    })
  })
}

/** Takes the id for this attempt, or says what became of the earlier one. */
function claimed(taken: Taken, key: IdempotencyKey, handler: Handler): Awaitable<Ack> {
  const { publisher: { node, room }, id } = taken
  return after(node.link.claim(room, key), (claim) => {
    switch (claim.state) {
      case 'mine': return handle(taken, handler)
      case 'pending': throw new Refused('uncertain', 'the same id is being handled now: try again with it')
      case 'conflict': throw conflict(id)
      case 'done': return ackOf(id, room, claim)
      default: return claim satisfies never
    }
  })
}

function keyOf(user: string, id: string, { event, data }: PublishFrame): IdempotencyKey {
  return { scope: `user:${user}`, id, hash: fingerprint(event, data) }
}
