import type { FastifyBaseLogger } from 'fastify'

/** Logs what application code threw. That may be anything, also what throws when a logger looks at it. */
export function logFailure(log: FastifyBaseLogger, error: unknown, message: string, more: { readonly room?: string } = {}): void {
  try {
    log.error({ ...more, err: error }, message)
  } catch {
    log.error(more, `${message}: what was thrown cannot be shown`)
  }
}
