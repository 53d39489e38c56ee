import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { buildApp } from './app.js'
import { readSettings, type Settings } from './settings.js'

const webRoot = fileURLToPath(new URL('../../demo-web/dist', import.meta.url))
const firstPort = 3000

const closeMs = 10_000

/** Before anything else, so that Ctrl-C in the middle of a start still closes what was opened. Under npm it arrives twice. */
const stopped = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopped.abort())

try {
  await serve(await readSettings(process.env))
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  if (error instanceof Error && error.cause !== undefined) process.stderr.write(`  because: ${String(error.cause)}\n`)
}

async function serve({ database, redis, secret, sessionMs, logLevel, ...wanted }: Settings): Promise<void> {
  const app = await buildApp({ database, redis, secret, sessionMs, webRoot, logger: { level: logLevel } })
  try {
    if (!stopped.signal.aborted) process.stdout.write(`${await listen(app, wanted)}\n`)
    if (!stopped.signal.aborted) await once(stopped.signal, 'abort')
  } finally {
    // A deploy must not hang on one client that does not let go.
    setTimeout(() => process.exit(1), closeMs).unref()
    await app.close()
  }
}

/** Listens where the settings say; without a port, on the first free one from 3000 up. */
async function listen(app: FastifyInstance, { host, port }: Pick<Settings, 'host' | 'port'>): Promise<string> {
  const last = port ?? firstPort + 49
  for (let next = port ?? firstPort; next <= last; next++) {
    try {
      const url = await app.listen({ host, port: next })
      return port === undefined && next !== firstPort ? `${url}  (port ${firstPort} is taken)` : url
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    }
  }
  throw new Error(port === undefined ? `Ports ${firstPort} to ${last} are all taken. Set PORT to a free one.` : `Port ${port} is taken. Set PORT to a free one, or leave it out.`)
}
