/**
 * What ioredis says is wrong, and nothing else: it hangs the refused command on its errors, with its arguments, which
 * are a password, or what somebody wrote. Neither belongs into a log.
 */
export function bareError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { name, message, stack } = error
  return Object.assign(new Error(message), { name, ...(stack === undefined ? {} : { stack }) })
}
