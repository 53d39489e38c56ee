import type { FastifyInstance } from 'fastify'

const TOKEN = /([?&]token=)[^&#]*/g

/** Hides the value of `token` in a URL. */
export function redactUrl(url: string): string {
  return url.replace(TOKEN, '$1[redacted]')
}

/**
 * Keeps tokens in the query out of every log line: Fastify writes the URL into request and 404 lines. The factory runs
 * before the first line of a request and after its query was parsed. Only URLs below our own routes are touched.
 */
export function redactTokens(fastify: FastifyInstance, prefix: string): void {
  const ours = new RegExp(`^${prefix.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}/(ws|sse|poll|rooms)\\b`)
  const make = fastify.childLoggerFactory
  fastify.setChildLoggerFactory(function factory(logger, bindings, options, raw) {
    if (raw.url?.includes('token=') && ours.test(raw.url)) raw.url = redactUrl(raw.url)
    return make.call(this, logger, bindings, options, raw)
  })
}
