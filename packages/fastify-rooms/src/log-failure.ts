import type { FastifyBaseLogger } from 'fastify'

/** Logs what application code threw. That may be anything, also what throws when a logger looks at it. */
export function logFailure(log: FastifyBaseLogger, error: unknown, message: string, more: { readonly room?: string; readonly publish?: string } = {}, level: 'error' | 'warn' | 'info' = 'error'): void {
  try {
    log[level]({ ...more, err: error }, message)
  } catch {
    log[level](more, `${message}: what was thrown cannot be shown`)
  }
}
