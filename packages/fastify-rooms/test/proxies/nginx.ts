import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { onTestFinished, vi } from 'vitest'

/** Debian puts servers where only root's PATH looks. */
const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}${delimiter}/usr/sbin` }

/** Whether it is installed. */
export const hasNginx = isThere()

function isThere(): boolean {
  try {
    execFileSync('nginx', ['-v'], { env, stdio: 'ignore' })
    return true
  } catch {
    process.stdout.write('behind a proxy: nginx is not here (Debian: apt-get install nginx-light)\n')
    return false
  }
}

/** A real nginx before a server, until the test ends; resolves with its port. `directives` stand in its only location. */
export async function startNginx(target: number, directives: readonly string[]): Promise<number> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'))
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((each) => `${each}_temp_path ${folder};`)
  writeFileSync(join(folder, 'nginx.conf'), `
daemon off; master_process off; pid ${folder}/pid; error_log stderr crit;
events {}
http {
  access_log off; ${temporary.join(' ')}
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${target}; ${directives.join(' ')} } }
}
`)
  const child = spawn('nginx', ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  onTestFinished(async () => {
    child.kill()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    rmSync(folder, { recursive: true, force: true })
  })
  await vi.waitFor(() => accepts(port), { timeout: 5_000, interval: 20 })
  return port
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function accepts(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}
