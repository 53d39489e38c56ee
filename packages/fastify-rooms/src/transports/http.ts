import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type AckFrame, type ClientFrame, encodeFrame, type ErrorFrame, takeClientFrame } from 'rooms-protocol'
import { ackFrame } from '../ack.js'
import { beforeBody, failed, identify, roomOf } from '../admission.js'
import { FORBIDDEN } from '../join.js'
import type { KindRules } from '../kinds.js'
import { type Publisher, publish } from '../publish.js'
import { ID_BYTES, randomId } from '../random-id.js'
import { changeState, type Problem, sendSignal, showTyping } from '../room-messages.js'
import type { RoomsNode } from '../rooms-node.js'
import type { Grants, User } from '../rooms-api.js'
import { UserRates } from '../user-rates.js'
import { exceeds } from '../utf8.js'

const STATUS: Readonly<Record<string, number>> = {
  bad_json: 400, bad_request: 400, unknown_type: 400, invalid_data: 400, unauthorized: 401, forbidden: 403, conflict: 409, not_joined: 409,
  too_large: 413, rate_limited: 429, internal: 500, unavailable: 503, uncertain: 503,
}
/** A handler's refusal with a code of its own is the client's to mend. */
const OWN_CODE_STATUS = 400

type Answer = AckFrame | ErrorFrame

/** Registers `POST /rooms/:room`: what clients say over plain HTTP, one object or an array. */
export function httpTransport(fastify: FastifyInstance, node: RoomsNode): void {
  const rates = new UserRates(node.options.limits.messagesPerSecond)
  fastify.route({
    method: 'POST',
    url: `${node.options.prefix}/rooms/*`,
    bodyLimit: node.options.limits.batchBytes,
    config: { rooms: { transport: 'http' } },
    onRequest: beforeBody(node),
    errorHandler: failed,
    handler: (request, reply) => take(node, rates, request, reply),
  })
}

async function take(node: RoomsNode, rates: UserRates, request: FastifyRequest, reply: FastifyReply): Promise<Answer | Answer[]> {
  const room = roomOf(request)!
  const refuse = (code: string, message: string): ErrorFrame => answer(reply, { type: 'error', code, message, room })
  const { user, reason } = await identify(node, request)
  if (user === null) return refuse('unauthorized', reason)
  const rules = node.kinds.of(room)
  const grants = rules === undefined ? false : await node.authorizer.ask(user, room, rules, 'join')
  if (rules === undefined || grants === false) return refuse('forbidden', FORBIDDEN)
  const speaker = speakerOf(node, request, user, room, rules, grants === true ? null : grants)
  const { body } = request
  if (!Array.isArray(body)) return answer(reply, await carryOut(speaker, rates, body))
  // More than the burst could never pass, and each would be answered alone.
  const most = 2 * node.options.limits.messagesPerSecond
  if (body.length > most) return refuse('too_large', `an array may have at most ${most} objects, twice limits.messagesPerSecond: send less at a time`)
  const answers: Answer[] = []
  for (const object of body) answers.push(await carryOut(speaker, rates, object))
  return answers
}

function answer<A extends Answer>(reply: FastifyReply, said: A): A {
  if (said.type === 'error') reply.code(STATUS[said.code] ?? OWN_CODE_STATUS)
  if (said.type === 'error' && said.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(said.retryAfterMs / 1_000))
  return said
}

/** Which SSE or poll connection speaks, if any: typing, presence and signals are somebody's. */
function speakerOf(node: RoomsNode, request: FastifyRequest, user: User, room: string, rules: KindRules, grants: Grants | null): Publisher {
  const named = request.headers['rooms-connection']
  const connection = typeof named === 'string' ? node.connections.nameOf(named, user.id, node.link.alone) : undefined
  return { node, user, room, rules, grants, connection: connection ?? null, log: request.log }
}

async function carryOut(speaker: Publisher, rates: UserRates, object: unknown): Promise<Answer> {
  const { node, room, user } = speaker
  const verdict = rates.take(user.id, performance.now())
  if (!verdict.ok) return { type: 'error', code: 'rate_limited', message: 'more than limits.messagesPerSecond: wait retryAfterMs', room, retryAfterMs: verdict.retryAfterMs }
  const parsed = takeClientFrame(object)
  if (!parsed.ok) {
    const { ok: _, ...refused } = parsed
    return { type: 'error', ...refused }
  }
  const { frame } = parsed
  if ('room' in frame && frame.room !== undefined && frame.room !== room) return { type: 'error', code: 'bad_request', message: `this address is '${room}': leave 'room' out, or post to the other one`, room: frame.room }
  // Here it is one of many in a body that may be larger; over a WebSocket the text was measured.
  const { messageBytes } = node.options.limits
  if (exceeds(encodeFrame(frame), messageBytes)) return { type: 'error', code: 'too_large', message: `an object may have at most ${messageBytes} bytes (limits.messageBytes): send less`, room, ...('id' in frame && frame.id !== undefined ? { id: frame.id } : {}) }
  if (frame.type === 'publish') {
    const said = await publish(speaker, frame)
    if (said.type === 'ack') return ackFrame(said)
    return frame.id === undefined ? said : { ...said, id: frame.id }
  }
  const problem = await speak(speaker, frame)
  return problem === null ? { type: 'ack', id: randomId(ID_BYTES), room } : { type: 'error', ...problem, room }
}

async function speak(speaker: Publisher, frame: ClientFrame): Promise<Problem | null> {
  if (frame.type !== 'signal' && frame.type !== 'typing' && frame.type !== 'presence') return { code: 'bad_request', message: `'${frame.type}' is not for this route: it takes publish, signal, typing and presence` }
  if (speaker.connection === null) return { code: 'not_joined', message: `'${frame.type}' is somebody's: name your SSE or poll connection in the header Rooms-Connection` }
  switch (frame.type) {
    case 'signal': return sendSignal(speaker, frame)
    case 'typing': return showTyping(speaker, frame.on)
    case 'presence': return changeState(speaker, frame.state)
    default: return frame satisfies never
  }
}
