import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { Problem } from '../../problem.js'

/** Answers every error as `application/problem+json`; what went wrong inside goes to the log, not to the caller. */
export const problems = fp(async (app) => {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    if (error instanceof Problem) return answer(reply, error.statusCode, error.code, error.message, error.extra)
    if (hasZodFastifySchemaValidationErrors(error)) {
      const issues = error.validation.map(({ instancePath, message }) => ({ path: instancePath.slice(1).replaceAll('/', '.'), message: message ?? 'is not valid' }))
      const first = issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ')
      return answer(reply, 400, 'invalid_data', `The request's ${error.validationContext ?? 'data'} is not valid: ${first}`, { issues })
    }
    const status = error.statusCode ?? 500
    if (status < 500) return answer(reply, status, error.code ?? 'refused', error.message)
    request.log.error({ err: error }, 'request failed')
    return status === 503
      ? answer(reply, 503, 'unavailable', 'The service is not available at the moment. Try again shortly.')
      : answer(reply, 500, 'internal', 'Something went wrong on the server.')
  })
}, { name: 'demo-problems', fastify: '5.x' })

/** For what no route answers. */
export function notFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return answer(reply, 404, 'not_found', `Nothing answers ${request.method} ${request.url.split('?', 1)[0]}.`)
}

function answer(reply: FastifyReply, status: number, code: string, detail: string, extra: Readonly<Record<string, unknown>> = {}): FastifyReply {
  return reply.code(status).type('application/problem+json').serializer(JSON.stringify)
    .send({ status, title: STATUS_CODES[status] ?? 'Error', code, detail, ...extra })
}
