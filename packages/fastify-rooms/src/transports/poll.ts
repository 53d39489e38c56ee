import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ByeFrame, ErrorFrame } from 'rooms-protocol'
import { beforeBody, comeBackLater, failed, foreign, full, identify, malformed, roomOf, unwelcome } from '../admission.js'
import { byeOf } from '../goodbye.js'
import { PollClients } from '../poll-clients.js'
import { type Ask, type ParsedAsk, readPollBody, readPollQuery } from '../poll-request.js'
import type { RoomsNode } from '../rooms-node.js'
import { UserRates } from '../user-rates.js'

const JSON_TYPE = 'application/json; charset=utf-8'

/** Registers `POST /poll` and `GET /poll/:room`: turns requests of one client into a `Connection`. */
export function pollTransport(fastify: FastifyInstance, node: RoomsNode): void {
  const { limits, prefix } = node.options
  const clients = new PollClients(node)
  // What one user's connections may say together: a poll of one may be answered by every message of the others.
  const rates = new UserRates(limits.messagesPerSecond * limits.connectionsPerUser)
  const config = { rooms: { transport: 'poll' } } as const
  const poll = new PollRoute(node, clients, rates)
  fastify.route({
    method: 'POST',
    url: `${prefix}/poll`,
    bodyLimit: limits.batchBytes,
    config,
    onRequest: beforeBody(node),
    errorHandler: failed,
    handler: (request, reply) => poll.handle(request, reply, readPollBody(request.body, limits.rooms)),
  })
  fastify.route({
    method: 'GET',
    url: `${prefix}/poll/*`,
    exposeHeadRoute: false,
    config,
    onRequest: async (request, reply) => {
      const refusal = malformed(request) ?? foreign(node, request)
      return refusal === null ? undefined : reply.code(refusal.statusCode).send(refusal)
    },
    errorHandler: failed,
    handler: (request, reply) => poll.handle(request, reply, readPollQuery(roomOf(request)!, request.query)),
  })
}

class PollRoute {
  readonly #node: RoomsNode
  readonly #clients: PollClients
  readonly #rates: UserRates
  constructor(node: RoomsNode, clients: PollClients, rates: UserRates) {
    this.#node = node
    this.#clients = clients
    this.#rates = rates
  }

  async handle(request: FastifyRequest, reply: FastifyReply, parsed: ParsedAsk): Promise<unknown> {
    const node = this.#node
    reply.header('cache-control', 'no-store')
    const identified = await identify(node, request)
    const bye = await unwelcome(node, identified, roomOf(request))
    if (bye !== null) return reply.code(identified.user === null ? 401 : 403).send(bye)
    const user = identified.user!
    if (!parsed.ok) return reply.code(400).send({ type: 'error', code: 'bad_request', message: parsed.message } satisfies ErrorFrame)
    const verdict = this.#rates.take(user.id, performance.now())
    if (!verdict.ok) return later(reply, 429, { type: 'error', code: 'rate_limited', message: 'this user polls too often: wait retryAfterMs', retryAfterMs: verdict.retryAfterMs })

    const { ask } = parsed
    const id = this.#clients.idOf(user, ask.connection)
    const farewell = id === undefined ? null : node.farewells.take(id)
    if (farewell !== null) return { messages: [byeOf(farewell.code, farewell.reason)], positions: {}, presence: {}, connection: id }
    const known = id === undefined ? undefined : this.#clients.get(id)
    const reached = known === undefined ? full(node, request) : null
    if (reached !== null) return later(reply, reached.statusCode, comeBackLater(node, reached.message))
    const isNameless = id === undefined && roomOf(request) !== undefined && isAt(ask)
    const client = known ?? this.#clients.add(request, user, { id, isNameless })
    const body = client.poll(ask, user)
    // Who went away before this is told of by no `close` any more.
    if (reply.raw.destroyed) client.breakOff(ask)
    else reply.raw.once('close', () => { if (!reply.raw.writableFinished) client.breakOff(ask) })
    return reply.type(JSON_TYPE).send(await body)
  }
}

function isAt({ rooms }: Ask): boolean {
  return [...rooms.values()].some(({ position }) => position !== null)
}

function later(reply: FastifyReply, status: number, said: (ErrorFrame | ByeFrame) & { readonly retryAfterMs: number }): FastifyReply {
  return reply.code(status).header('retry-after', Math.ceil(said.retryAfterMs / 1_000)).send(said)
}
