import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { on, once } from 'node:events'
import { watch } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { copyDatabase } from './copy-database.js'

type Server = ChildProcessByStdio<null, Readable, Readable>
const main = fileURLToPath(new URL('../src/server.ts', import.meta.url))

let folder: string
let running: Server[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-server-'))
  await copyDatabase(folder)
})
afterEach(async () => {
  await Promise.all(running.map((server) => stop(server, 'SIGTERM')))
  running = []
  await rm(folder, { recursive: true })
})

function start(environment: Record<string, string> = {}): Server {
  const server = spawn(process.execPath, ['--import', 'tsx', main], {
    env: { PATH: process.env['PATH'], DATA_DIR: folder, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(server)
  return server
}
async function firstLine(server: Server): Promise<string> {
  const [chunk] = await once(server.stdout, 'data') as [Buffer]
  return chunk.toString().trim()
}
async function stop(server: Server, signal: NodeJS.Signals): Promise<number | null> {
  if (server.exitCode !== null || server.signalCode !== null) return server.exitCode
  const exited = once(server, 'exit')
  server.kill(signal)
  const [code] = await exited as [number | null]
  return code
}
async function signIn(url: string): Promise<string> {
  const response = await fetch(`${url}/api/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"user":"ana"}' })
  return (await response.json() as { token: string }).token
}
const myOrders = (url: string, token: string) => fetch(`${url}/api/orders`, { headers: { authorization: `Bearer ${token}` } })

describe('the server', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('prints one URL and ends by itself on %s', async (signal) => {
    const server = start()
    const printed = text(server.stdout)
    const url = await firstLine(server)
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    server.kill(signal) // under npm a Ctrl-C arrives twice
    expect(await stop(server, signal)).toBe(0)
    expect((await printed).trim()).toBe(url)
  })

  test('stopped while it is still starting closes what it opened and never listens', async () => {
    const watcher = watch(folder)
    const server = start()
    const printed = text(server.stdout)
    for await (const [, name] of on(watcher, 'change')) if (name === 'jwt-secret') break
    watcher.close()
    expect(await stop(server, 'SIGTERM')).toBe(0)
    expect(await printed).toBe('')
  })

  test('restarted keeps everybody signed in and every change stored', async () => {
    const first = start()
    const url = await firstLine(first)
    const token = await signIn(url)
    await fetch(`${url}/api/orders`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: '{"item":"Scale","quantity":1}' })
    await stop(first, 'SIGKILL')
    const response = await myOrders(await firstLine(start()), token)
    expect(response.status).toBe(200)
    expect((await response.json() as { item: string }[])[0]?.item).toBe('Scale')
  })

  test('on a folder in use says so and ends', async () => {
    await firstLine(start())
    const second = start()
    const complaint = text(second.stderr)
    expect(await once(second, 'exit')).toEqual([1, null])
    expect(await complaint).toMatch(/is in use by another process\. Stop that one, or set DATA_DIR/)
  })

  test('with wrong settings names them and ends', async () => {
    const server = start({ PORT: 'many' })
    const complaint = text(server.stderr)
    expect(await once(server, 'exit')).toEqual([1, null])
    expect(await complaint).toMatch(/^Wrong settings: PORT .*\n$/)
  })

  test('whose Redis does not answer names it, without its password, and ends', async () => {
    const server = start({ REDIS_URL: 'redis://:hidden@127.0.0.1:1/3' })
    const complaint = text(server.stderr)
    expect(await once(server, 'exit')).toEqual([1, null])
    expect(await complaint).toBe('Redis at 127.0.0.1:1 does not answer. Start it, or leave REDIS_URL out to run one node without it.\n  because: Error: connect ECONNREFUSED 127.0.0.1:1\n')
  })

  test('says when the port it was given is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const server = start({ PORT: String(port) })
    const complaint = text(server.stderr)
    expect(await once(server, 'exit')).toEqual([1, null])
    expect(await complaint).toBe(`Port ${port} is taken. Set PORT to a free one, or leave it out.\n`)
    other.close()
  })

  test('takes the next free port when 3000 is taken, and says so', async () => {
    const HOST = '127.0.0.3' // where nobody comes and goes during the test
    const other = createServer().listen(3000, HOST)
    await once(other, 'listening')
    const server = start({ PORT: '', HOST })
    expect(await firstLine(server)).toMatch(/^http:\/\/127\.0\.0\.3:30[0-4]\d {2}\(port 3000 is taken\)$/)
    await stop(server, 'SIGTERM')
    other.close()
  })
})
