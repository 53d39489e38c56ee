import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { pinning } from '../child-process.mjs'

/**
 * Starts a real redis-server on the loopback interface and a free port; it keeps nothing on disk and ends with this
 * process at the latest.
 */
export async function startRedis(core) {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'rooms-bench-redis-'))
  const command = ['redis-server', '--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder]
  const [program, ...args] = pinning ? ['taskset', '-c', String(core), ...command] : command
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const failed = new Promise((_, reject) => {
    const fail = () => reject(new Error('redis-server does not start: is it installed? (Debian: apt-get install redis-server)'))
    child.once('error', fail)
    // `taskset` starts even where redis-server is missing, and then exits.
    child.once('exit', fail)
  })
  const stop = () => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', stop)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

  const client = new Redis(port, '127.0.0.1')
  // Refused until the server listens; ioredis tries again by itself.
  client.on('error', () => {})
  await Promise.race([new Promise((resolve) => { client.once('ready', resolve) }), failed])
  return { port, client, stop }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
