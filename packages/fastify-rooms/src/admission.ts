import type { FastifyReply, FastifyRequest } from 'fastify'
import { type ByeFrame, CloseCode, type ErrorFrame, isRoomName, type JoinFrame } from 'rooms-protocol'
import type { Identified } from './authenticate.js'
import { cookieAllowed, originAllowed } from './origin.js'
import { byeOf } from './goodbye.js'
import { FORBIDDEN } from './join.js'
import { logFailure } from './log-failure.js'
import type { RoomsNode } from './rooms-node.js'
import type { User } from './rooms-api.js'

/** What is refused over HTTP before a transport begins. */
export interface Refusal {
  readonly statusCode: number
  readonly error: string
  readonly message: string
}

/** The room of a wildcard route, decoded by Fastify; undefined on a route without one. */
export function roomOf(request: FastifyRequest): string | undefined {
  return (request.params as { '*'?: string })['*']
}

/** What is wrong with the address, whoever asks. */
export function malformed(request: FastifyRequest): Refusal | null {
  const room = roomOf(request)
  if (room !== undefined && !isRoomName(room)) return { statusCode: 400, error: 'Bad Request', message: 'that is not a room name: use `kind` or `kind:id`, percent-encoded' }
  const { v } = request.query as { v?: unknown }
  if (v !== undefined && v !== '1') return { statusCode: 400, error: 'Bad Request', message: `this server speaks v=1, not v=${String(v)}` }
  return null
}

/** Whether the request comes from a page that may not ask. */
export function foreign(node: RoomsNode, request: FastifyRequest): Refusal | null {
  if (originAllowed(request, node.options.origins)) return null
  node.foreignOrigins.note(request.headers.origin ?? '')
  return { statusCode: 403, error: 'Forbidden', message: 'pages of this origin may not connect: add it to option origins' }
}

/** Whether this node can take one more connection from where the request comes. */
export function full(node: RoomsNode, request: FastifyRequest): Refusal | null {
  if (node.drain.active) return { statusCode: 503, error: 'Service Unavailable', message: 'the server is shutting down' }
  const reached = node.connections.refusal(addressOf(request))
  return reached === null ? null : { statusCode: 429, error: 'Too Many Requests', message: reached }
}

/** The token to authenticate with; a reason where a cookie came without proof of its page. */
export function credentials(node: RoomsNode, request: FastifyRequest): { readonly token: string | null; readonly refused?: string } {
  const found = node.authenticator.find(request)
  if (found?.cookie === true && !cookieAllowed(request, node.options.origins)) return { token: null, refused: 'a cookie needs an allowed Origin' }
  return { token: found?.token ?? null }
}

/** Whose request it is, or why nobody's. */
export async function identify(node: RoomsNode, request: FastifyRequest): Promise<Identified> {
  const { token, refused } = credentials(node, request)
  if (refused !== undefined) return { user: null, reason: refused }
  return node.authenticator.identify(request, token)
}

/** Answers a request that failed: a fault of the application's code is logged and nothing of it told; what the client did wrong keeps its own answer. */
export function failed(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (isClients(error)) return void reply.send(error)
  logFailure(request.log, error, 'a request failed')
  void reply.code(500).send({ type: 'error', code: 'internal', message: 'internal error' } satisfies ErrorFrame)
}

function isClients(error: unknown): boolean {
  try {
    const status = (error as { statusCode?: unknown } | null | undefined)?.statusCode
    return typeof status === 'number' && status >= 400 && status < 500
  } catch {
    return false
  }
}

/** The first hook of a route that takes JSON: refuses what can be refused before a body is read, and bounds the wait for it. */
export function beforeBody(node: RoomsNode): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  return async (request, reply) => {
    const refusal = malformed(request) ?? foreign(node, request) ?? notJson(request)
    if (refusal !== null) return reply.code(refusal.statusCode).send(refusal)
    return awaitBody(node, request)
  }
}

/** Ends a request whose body does not come: nobody has signed in yet, and Fastify lets Node wait for ever. */
function awaitBody(node: RoomsNode, { raw }: FastifyRequest): void {
  const deadline = setTimeout(() => raw.destroy(), node.options.limits.unauthenticatedMs).unref()
  const done = (): void => clearTimeout(deadline)
  raw.once('end', done).once('close', done)
}

/** The longest that a client is told to stay away where a limit was reached; half of it is the least. */
const FULL_RETRY_MS = 15_000

/** Who may not connect, or not enter the room of the address, as the object that says goodbye on any transport. */
export async function unwelcome(node: RoomsNode, { user, reason }: Identified, room: string | undefined): Promise<ByeFrame | null> {
  if (user === null) return byeOf(CloseCode.unauthorized, reason)
  return room === undefined || (await mayEnter(node, user, room)) ? null : byeOf(CloseCode.forbidden, FORBIDDEN)
}

/** The same for a node that cannot take one more, with the time after which it may. */
export function comeBackLater(node: RoomsNode, reason: string): ByeFrame & { readonly code: CloseCode; readonly retryAfterMs: number } {
  const code = node.drain.active ? CloseCode.draining : CloseCode.rateLimited
  return { ...byeOf(code, reason), code, retryAfterMs: Math.round(FULL_RETRY_MS * (0.5 + Math.random() / 2)) }
}

async function mayEnter(node: RoomsNode, user: User, room: string): Promise<boolean> {
  const rules = node.kinds.of(room)
  return rules !== undefined && (await node.authorizer.ask(user, room, rules, 'join')) !== false
}

/** Whether a body is JSON: a form of any page can post other types without asking first. */
function notJson(request: FastifyRequest): Refusal | null {
  return /^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '') ? null : { statusCode: 415, error: 'Unsupported Media Type', message: 'send application/json' }
}

/** What the address asks to join, and from where. */
export function boundRoom(request: FastifyRequest): JoinFrame | null {
  const room = roomOf(request)
  if (room === undefined) return null
  const { position, rewind } = request.query as { position?: unknown; rewind?: unknown }
  const id = request.headers['last-event-id']
  const from = id === undefined || id === '' ? position : id
  const count = typeof rewind === 'string' && /^[0-9]{1,9}$/.test(rewind) ? Number(rewind) : undefined
  return { type: 'join', room, ...(from === undefined ? {} : { position: String(from) }), ...(count === undefined ? {} : { rewind: count }) }
}

/** Injected requests have no socket, so no address. */
export function addressOf(request: FastifyRequest): string {
  return request.raw.socket === undefined ? 'injected' : request.ip
}
