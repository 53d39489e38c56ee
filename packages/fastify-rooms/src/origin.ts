import type { FastifyRequest } from 'fastify'
import type { ResolvedOptions } from './options.js'

/** Whether a browser page of this origin may talk to us. Without an `Origin` header no page is speaking. */
export function originAllowed(request: FastifyRequest, origins: ResolvedOptions['origins']): boolean {
  const { origin } = request.headers
  if (origin === undefined || origins === '*') return true
  return origins === null ? sameHost(origin, request) : origins.includes(origin)
}

/** A cookie travels with any page's request, so it counts only with an allowed origin or proof of the same one. */
export function cookieAllowed(request: FastifyRequest, origins: ResolvedOptions['origins']): boolean {
  if (request.headers.origin === undefined) return request.headers['sec-fetch-site'] === 'same-origin'
  return originAllowed(request, origins)
}

function sameHost(origin: string, request: FastifyRequest): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, host } = new URL(origin)
  // A TLS-ending proxy leaves us plain HTTP: take the page's scheme, so that default ports compare equal.
  const own = `${protocol}//${hostOf(request)}`
  return URL.canParse(own) && new URL(own).host === host
}

/** `request.host` looks at the socket's address, which injected requests do not have. */
function hostOf(request: FastifyRequest): string {
  return request.raw.socket === undefined ? (request.headers.host ?? '') : request.host
}
