import type { FastifyInstance, FastifyRequest } from 'fastify'

/** How pino finds a logger's serializers; part of its public `symbols`. */
const SERIALIZERS = Symbol.for('pino.serializers')
type Serialize = (request: unknown) => unknown

/** Hides the value of `token`, however its name is written, in what follows the path: a router may let it begin with `?`, `#` or `;`. */
export function redactUrl(url: string): string {
  return /[?#;]/.test(url) ? url.split('&').map(redactPair).join('&') : url
}

function redactPair(pair: string): string {
  for (const { 0: part, index } of pair.matchAll(/(?<=[?#;]|^)[^?#;]+/g)) if (isToken(part)) return `${pair.slice(0, index)}token=[redacted]`
  return pair
}

/**
 * Keeps tokens in the query out of every log line: Fastify writes the URL into request lines, and into the text of 404
 * lines. The request itself is left as it is, except on 404, where nobody reads it any more.
 */
export function redactTokens(fastify: FastifyInstance): void {
  wrapSerializers(fastify.log)
  // What Node could not read hangs on its error with all headers, and a logger writes what it can list; who asks for it by name has it still.
  fastify.server.prependListener('clientError', (error: Error) => { if ('rawPacket' in error) Object.defineProperty(error, 'rawPacket', { enumerable: false }) })
  const make = fastify.childLoggerFactory
  fastify.setChildLoggerFactory(function factory(logger, bindings, options, raw) {
    const { req } = (options.serializers ?? {}) as { req?: Serialize }
    return make.call(this, logger, bindings, req === undefined ? options : { ...options, serializers: { ...options.serializers, req: redacting(req) } }, raw)
  })
  fastify.addHook('onRequest', async (request: FastifyRequest) => {
    if (request.is404 && request.raw.url !== undefined) request.raw.url = redactUrl(request.raw.url)
  })
}

/** In place: children share their parent's serializers, those of Fastify's own 404 context included. */
function wrapSerializers(logger: unknown): void {
  const serializers = (logger as Record<symbol, { req?: Serialize } | undefined>)[SERIALIZERS]
  if (serializers?.req === undefined || wrapped.has(serializers)) return
  wrapped.add(serializers)
  serializers.req = redacting(serializers.req)
}

/** Several servers may share a logger. */
const wrapped = new WeakSet<object>()

function redacting(serialize: Serialize | undefined): Serialize {
  return (request) => {
    const said = serialize === undefined ? request : serialize(request)
    const { url } = (said ?? {}) as { url?: unknown }
    return typeof url === 'string' ? { ...(said as object), url: redactUrl(url) } : said
  }
}

/** A mistake in the name, `Token` or `token[]`, is no reason to tell its value. */
function isToken(pair: string): boolean {
  const [name = ''] = pair.split('=', 1)
  return plain(name).replaceAll(/\W/g, '').toLowerCase() === 'token'
}

function plain(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
