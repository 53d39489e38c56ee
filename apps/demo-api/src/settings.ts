import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const Environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  DATA_DIR: z.string().default(fileURLToPath(new URL('../.data', import.meta.url))),
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must be a postgres:// address').optional(),
  REDIS_URL: z.string().regex(/^rediss?:\/\//, 'must be a redis:// address').optional(),
  JWT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  SESSION_MS: z.coerce.number().int().min(1000).default(3_600_000),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('warn'),
})

export interface Settings {
  host: string
  /** `undefined`: 3000, or the next free one. */
  port: number | undefined
  database: string
  /** `undefined`: rooms live in this process. */
  redis: string | undefined
  secret: string
  sessionMs: number
  logLevel: string
}

/** Reads the environment; fails with every wrong variable named. Empty variables count as absent. */
export async function readSettings(environment: Readonly<Record<string, string | undefined>>): Promise<Settings> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const { success, data, error } = Environment.safeParse(given)
  if (!success) throw new Error(`Wrong settings: ${error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}.`)
  const folder = resolve(data.DATA_DIR)
  return {
    host: data.HOST,
    port: data.PORT,
    database: data.DATABASE_URL ?? join(folder, 'database'),
    redis: data.REDIS_URL,
    secret: data.JWT_SECRET ?? await keptSecret(folder),
    sessionMs: data.SESSION_MS,
    logLevel: data.LOG_LEVEL,
  }
}

/** Made once and kept beside the data, so that a restart signs nobody out. Nodes on different machines share `JWT_SECRET` instead. */
async function keptSecret(folder: string): Promise<string> {
  const path = join(folder, 'jwt-secret')
  if (!existsSync(path)) await makeSecret(folder, path)
  return readFile(path, 'utf8')
}

/** Linked into place whole, so that neither a crash nor a second node leaves half a secret or two of them. */
async function makeSecret(folder: string, path: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, randomBytes(32).toString('base64url'), { mode: 0o600 })
  try {
    await link(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft)
  }
}
