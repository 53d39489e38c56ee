import type { FastifyInstance, FastifyRequest } from 'fastify'
import { RoomsOptionsError } from './errors.js'
import { inTime } from './in-time.js'
import type { ResolvedOptions } from './options.js'
import type { Claims, User } from './rooms-api.js'

const MAX_USER_BYTES = 128
/** Halves of surrogate pairs all look alike once they are written as UTF-8: two users would be one. */
const HALF = /\p{Surrogate}/u

export interface FoundToken {
  readonly token: string
  /** A cookie's token needs proof of the page's origin. */
  readonly cookie: boolean
}

/** Who a token says it is, or why it says nothing; the reason may be told to whoever sent it. */
export type Identified = { readonly user: User; readonly reason?: undefined } | { readonly user: null; readonly reason: string }

const NO_TOKEN = 'no token: send one as Authorization, bearer subprotocol, ?token= or cookie'
const INVALID = 'the token is not valid'

function refused(reason: string): Identified {
  return { user: null, reason }
}

interface JwtDecorator {
  readonly cookie?: { readonly cookieName: string; readonly signed?: boolean }
  readonly options?: { readonly decoratorName?: string }
  verify(token: string): unknown
  decode(token: string, options: { readonly complete: boolean }): unknown
}
type Verify = (options: object) => Promise<unknown>
/** Whatever the application chose: claims may have any name, `payload` included, so a complete token cannot be told by its looks. */
const CLAIMS_ALONE = { complete: false }

class LateError extends Error {}

/** Finds the token of a request and turns it into a user. */
export class Authenticator {
  readonly #fastify: FastifyInstance
  readonly #options: ResolvedOptions
  constructor(fastify: FastifyInstance, options: ResolvedOptions) {
    this.#fastify = fastify
    this.#options = options
  }

  /** Fails at boot when nobody could ever sign in. */
  check(): void {
    if (this.#options.authenticate !== null) return
    const jwt = this.#jwt()
    if (jwt === undefined) throw new RoomsOptionsError('authenticate', this.#options.jwt.namespace === null ? 'register @fastify/jwt before fastify-rooms, or pass authenticate' : `@fastify/jwt has no namespace '${this.#options.jwt.namespace}': register it before fastify-rooms`)
    const { verify } = this.#options.jwt
    if (!this.#fastify.hasRequestDecorator(verify)) throw new RoomsOptionsError('jwt.verify', `@fastify/jwt made no request.${verify}: name the decorator it was told to make (its option jwtVerify), or pass authenticate`)
    if (this.#options.origins === '*' && jwt.cookie !== undefined) throw new RoomsOptionsError('origins', "'*' together with @fastify/jwt's cookie lets any page act as your users: list the origins")
  }

  /** The first of header, subprotocol, query and cookie. An explicit token is never replaced by a cookie. */
  find(request: FastifyRequest): FoundToken | null {
    const explicit = fromHeader(request) ?? fromSubprotocol(request) ?? (this.#options.queryToken ? fromQuery(request) : null)
    if (explicit !== null) return explicit === '' ? null : { token: explicit, cookie: false }
    const cookie = this.#fromCookie(request)
    return cookie === null ? null : { token: cookie, cookie: true }
  }

  /** Whose token it is, or why it is refused, in time. Every fault of a token is a refusal; only faults of the application reject. */
  async identify(request: FastifyRequest, token: string | null): Promise<Identified> {
    const { unauthenticatedMs } = this.#options.limits
    const late = (): Error => new LateError(`not authenticated within limits.unauthenticatedMs (${unauthenticatedMs} ms)`)
    return inTime(this.#identify(request, token), unauthenticatedMs, late).catch((error: unknown) => {
      if (!(error instanceof LateError)) throw error
      request.log.warn(error.message)
      return refused(error.message)
    })
  }

  async #identify(request: FastifyRequest, token: string | null): Promise<Identified> {
    const { authenticate } = this.#options
    if (authenticate === null) return this.#byJwt(request, token)
    const user = await authenticate(request, token)
    return isUser(user) ? { user } : refused(token === null ? NO_TOKEN : INVALID)
  }

  /** The user an ordinary request was authenticated as by the application's own hooks. */
  requester(request: FastifyRequest): string | null {
    const decorated = (request as unknown as Record<string, unknown>)[this.#jwt()?.options?.decoratorName ?? 'user']
    if (typeof decorated !== 'object' || decorated === null) return null
    if (this.#options.authenticate === null) return this.#userOf(decorated as Claims)?.id ?? null
    const { id, sub } = decorated as { id?: unknown; sub?: unknown }
    return typeof id === 'string' ? id : typeof sub === 'string' ? sub : null
  }

  async #byJwt(request: FastifyRequest, token: string | null): Promise<Identified> {
    if (token === null) return refused(NO_TOKEN)
    try {
      await this.#verify(request, token)
      const claims = this.#jwt()!.decode(token, CLAIMS_ALONE) as Claims
      // Tokens without an end pass @fastify/jwt; a connection that never ends cannot be revoked, so they do not pass here.
      const { exp } = claims as { exp?: unknown }
      if (typeof exp !== 'number' || !Number.isFinite(exp * 1_000)) return refused('the token has no exp claim: sign it with expiresIn')
      const user = this.#userOf(claims)
      return isUser(user) ? { user: { claims, expiresAt: exp * 1_000, ...user } } : refused('the token names no user: sub must be a text of 1-128 bytes of UTF-8')
    } catch (error) {
      request.log.info({ code: (error as { code?: unknown }).code }, 'a token was refused')
      return refused(INVALID)
    }
  }

  /** Through the request: `fastify.jwt.verify` would skip the application's `trusted` callback. */
  async #verify(request: FastifyRequest, token: string): Promise<void> {
    const verify = (request as unknown as Record<string, Verify>)[this.#options.jwt.verify]!
    await verify.call(request, { decode: {}, verify: { extractToken: () => token } })
  }

  #userOf(claims: Claims): User | null {
    if (this.#options.jwt.user !== null) return this.#options.jwt.user(claims)
    const { sub } = claims as { sub?: unknown }
    return typeof sub === 'string' ? { id: sub } : null
  }

  #fromCookie(request: FastifyRequest): string | null {
    const cookie = this.#options.authenticate === null ? this.#jwt()?.cookie : undefined
    const { cookies, unsignCookie } = request as { cookies?: Record<string, string | undefined>; unsignCookie?: (value: string) => { valid: boolean; value: string | null } }
    const value = cookie === undefined ? undefined : cookies?.[cookie.cookieName]
    if (value === undefined || cookie?.signed !== true) return value ?? null
    const unsigned = unsignCookie?.call(request, value)
    return unsigned?.valid === true ? unsigned.value : null
  }

  #jwt(): JwtDecorator | undefined {
    const { jwt } = this.#fastify as unknown as { jwt?: JwtDecorator & Record<string, JwtDecorator | undefined> }
    const { namespace } = this.#options.jwt
    return namespace === null ? (typeof jwt?.verify === 'function' ? jwt : undefined) : jwt?.[namespace]
  }
}

/** Empty where a token was given and cannot be read, here and below: no cookie stands in for it. */
function fromHeader(request: FastifyRequest): string | null {
  const given = /^Bearer\s+(\S.*)$/i.exec(request.headers.authorization ?? '')?.[1]
  return given === undefined ? null : /\s/.test(given) ? '' : given
}

function fromSubprotocol(request: FastifyRequest): string | null {
  for (const entry of (request.headers['sec-websocket-protocol'] ?? '').split(',').map((part) => part.trim())) {
    if (entry.startsWith('bearer.')) return entry.slice('bearer.'.length)
    if (entry.startsWith('bearer64.')) return Buffer.from(entry.slice('bearer64.'.length), 'base64url').toString()
  }
  return null
}

function fromQuery(request: FastifyRequest): string | null {
  const { token } = request.query as { token?: unknown }
  return token === undefined || token === '' ? null : typeof token === 'string' ? token : ''
}

function isUser(user: User | null | undefined): user is User {
  return typeof user === 'object' && user !== null && typeof user.id === 'string' && user.id !== '' && !HALF.test(user.id) && Buffer.byteLength(user.id) <= MAX_USER_BYTES && (user.expiresAt === undefined || Number.isFinite(user.expiresAt))
}
