import type { FastifyInstance, FastifyRequest } from 'fastify'

/** How pino finds a logger's serializers; part of its public `symbols`. */
const SERIALIZERS = Symbol.for('pino.serializers')
type Serialize = (request: unknown) => unknown

/** Hides the value of `token`, however its name is escaped, in a URL's query. */
export function redactUrl(url: string): string {
  const start = url.indexOf('?')
  if (start < 0) return url
  const pairs = url.slice(start + 1).split('&').map((pair) => (isToken(pair) ? 'token=[redacted]' : pair))
  return `${url.slice(0, start + 1)}${pairs.join('&')}`
}

/**
 * Keeps tokens in the query out of every log line: Fastify writes the URL into request lines, and into the text of 404
 * lines. The request itself is left as it is, except on 404, where nobody reads it any more.
 */
export function redactTokens(fastify: FastifyInstance): void {
  wrapSerializers(fastify.log)
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

function isToken(pair: string): boolean {
  const [name = ''] = pair.split('=', 1)
  try {
    return decodeURIComponent(name.replaceAll('+', ' ')) === 'token'
  } catch {
    return name === 'token'
  }
}
