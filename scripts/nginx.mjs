import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './redis-server.mjs'

/** Debian keeps servers off the PATH of ordinary users. */
const NGINX = ['nginx', '/usr/sbin/nginx'].find((program) => spawnSync(program, ['-v']).status === 0)

/** Whether this machine can run the tests behind a real proxy. */
export const hasNginx = NGINX !== undefined

/** Puts nginx before servers, each request going to the next of them, with these lines in its `location`. */
export async function startNginx(servers, location) {
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
  const nginx = spawn(NGINX, ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], { stdio: 'inherit' })
  const ended = once(nginx, 'exit')
  const url = `http://127.0.0.1:${port}`
  // It says nothing when it listens.
  while (nginx.exitCode === null && !(await fetch(url).then(() => true, () => false)));
  return {
    url,
    async stop() {
      nginx.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true })
    },
  }
}
