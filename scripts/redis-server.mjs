import { once } from 'node:events'
import { createServer } from 'node:net'
import { startService } from './service.mjs'

/** Starts a Redis of our own: for this machine only, nothing written to disk. */
export function startRedis(port) {
  const keepNothing = ['--save', '', '--appendonly', 'no']
  const service = startService('Redis', 'redis-server', ['--bind', '127.0.0.1', '--port', String(port), ...keepNothing], { ready: /Ready to accept connections/ })
  return { ...service, port, url: `redis://127.0.0.1:${port}` }
}

/** A port that nobody listens on. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
