import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { until } from './client.js'

/** Debian keeps servers off the PATH of ordinary users. */
const NGINX = ['nginx', '/usr/sbin/nginx'].find((program) => spawnSync(program, ['-v']).status === 0)

/** Whether this machine can run the tests behind a real proxy. */
export const hasNginx = NGINX !== undefined

/** Puts nginx before servers, each request going to the next of them, with these lines in its `location`; the address of the proxy. */
export async function startNginx(servers: readonly string[], location: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'rooms-nginx-'))
  const port = await freePort()
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n')
  writeFileSync(join(folder, 'nginx.conf'), `
daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
  access_log off;
  ${paths}
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  upstream nodes { ${servers.map((url) => `server ${new URL(url).host} max_fails=0;`).join(' ')} }
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://nodes; ${location} } }
}`)
  const nginx = spawn(NGINX!, ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], { stdio: 'inherit' })
  const ended = new Promise((resolve) => nginx.once('exit', resolve))
  onTestFinished(async () => {
    nginx.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true })
  })
  const url = `http://127.0.0.1:${port}`
  let answers = false
  const knock = async (): Promise<void> => {
    while (!answers) answers = await fetch(url).then(() => true, () => false)
  }
  void knock()
  await until(() => answers, 'nginx answers')
  return url
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
