import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readSettings } from '../src/settings.js'

let folder: string
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'demo-settings-')) })
afterEach(() => rm(folder, { recursive: true }))

test('an empty environment means the embedded database on this machine only', async () => {
  const settings = await readSettings({ DATA_DIR: folder, PORT: '', DATABASE_URL: '', REDIS_URL: '' })
  expect(settings).toMatchObject({ host: '127.0.0.1', port: undefined, database: join(folder, 'database'), redis: undefined, sessionMs: 3_600_000, logLevel: 'warn' })
})

test('a secret is made once, kept for its owner only, and the same for nodes that start together', async () => {
  const made = await Promise.all(Array.from({ length: 5 }, () => readSettings({ DATA_DIR: join(folder, 'new') })))
  expect(new Set(made.map((settings) => settings.secret)).size).toBe(1)
  expect(made[0]?.secret).toMatch(/^[\w-]{43}$/)
  expect((await readSettings({ DATA_DIR: join(folder, 'new') })).secret).toBe(made[0]?.secret)
  expect(await readdir(join(folder, 'new'))).toEqual(['jwt-secret'])
  expect((await stat(join(folder, 'new', 'jwt-secret'))).mode & 0o777).toBe(0o600)
})

test('given variables win, and a given secret leaves nothing on disk', async () => {
  const secret = 'x'.repeat(32)
  const settings = await readSettings({ DATA_DIR: folder, HOST: '0.0.0.0', PORT: '8080', DATABASE_URL: 'postgres://demo@db/rooms', REDIS_URL: 'redis://cache', JWT_SECRET: secret, SESSION_MS: '5000', LOG_LEVEL: 'info' })
  expect(settings).toEqual({ host: '0.0.0.0', port: 8080, database: 'postgres://demo@db/rooms', redis: 'redis://cache', secret, sessionMs: 5000, logLevel: 'info' })
  expect(await readdir(folder)).toEqual([])
})

test('wrong variables are all named', async () => {
  await expect(readSettings({ DATA_DIR: folder, PORT: 'many', DATABASE_URL: 'mysql://db', REDIS_URL: 'localhost:6379', JWT_SECRET: 'short' })).rejects.toThrow(/Wrong settings: PORT .*; DATABASE_URL must be a postgres:\/\/ address; REDIS_URL must be a redis:\/\/ address; JWT_SECRET must have at least 32 characters\./)
})
