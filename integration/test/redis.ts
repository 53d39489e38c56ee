import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redisBroker } from 'fastify-rooms/redis'
import { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'

/** Starts a Redis of the test's own on a socket file; returns what makes a broker on it. */
export async function startRedis(): Promise<() => ReturnType<typeof redisBroker>> {
  const folder = mkdtempSync(join(tmpdir(), 'rooms-redis-'))
  const path = join(folder, 'redis.sock')
  const server = spawn('redis-server', ['--port', '0', '--unixsocket', path, '--save', '', '--appendonly', 'no'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => server.once('exit', resolve))
  onTestFinished(async () => {
    server.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true })
  })
  await new Promise<void>((resolve) => server.stdout.on('data', (text: Buffer) => { if (text.includes('eady to accept connections')) resolve() }))
  return () => {
    const client = new Redis({ path, lazyConnect: true })
    // Redis is gone before the applications of the test are.
    client.on('error', () => {})
    onTestFinished(() => client.disconnect())
    return redisBroker(client)
  }
}
