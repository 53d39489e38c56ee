import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { Order } from '../server/contract.js'
import { outboxTable } from '../server/outbox.js'

type Dies = 'before the send' | 'after the send'
interface Frame { type: string; replay?: number; data?: Order }

const program = fileURLToPath(new URL('dying-server.ts', import.meta.url))
let scratch: string
let template: string
let folder: string
let running: ChildProcess[] = []

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'rooms-outbox-'))
  template = join(scratch, 'template')
  await (await PGlite.create(template)).close()
  return () => rm(scratch, { recursive: true })
})
beforeEach(async ({ task }) => {
  folder = join(scratch, task.id)
  await cp(template, folder, { recursive: true })
})
afterEach(async () => {
  for (const child of running.toReversed()) await stop(child)
  running = []
})

/** Starts the server; `url` rejects when it ends before it listens. */
async function start(dies?: Dies, redis?: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    env: { PATH: process.env['PATH'], DATA_DIR: folder, ...(dies && { DIES: dies }), ...(redis && { REDIS_URL: redis }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.push(child)
  const ended = once(child, 'exit')
  const said: string[] = []
  let heard = () => {}
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      if (line.startsWith('http')) resolve(line)
      else if (line.startsWith('sent')) said.push(line)
      heard()
    })
    void ended.then((how) => reject(new Error(`ended: ${how.join()}`)))
  })
  const { token } = await post<{ token: string }>(`${url}/api/session`)
  const hasSent = async (count: number): Promise<void> => {
    while (said.length < count) await new Promise<void>((resolve) => { heard = resolve })
  }
  return { child, url, token, ended, said, hasSent }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill()
  await once(child, 'exit')
}

async function post<T>(url: string, token?: string, body?: object): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...(body && { 'content-type': 'application/json' }), ...(token && { authorization: `Bearer ${token}` }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  return (await response.json()) as T
}

/** The data of every event that the room has kept. */
async function events(url: string, token: string): Promise<(Order | undefined)[]> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/user:ana?rewind=100&token=${token}`)
  const frames: Frame[] = []
  await new Promise<void>((resolve) => {
    socket.on('message', (text) => {
      frames.push(JSON.parse(String(text)) as Frame)
      const kept = frames.filter(({ type }) => type === 'event')
      if (kept.length === frames.find(({ type }) => type === 'joined')?.replay) resolve()
    })
  })
  socket.terminate()
  return frames.filter(({ type }) => type === 'event').map(({ data }) => data)
}

/** What waits in the outbox of a server that has ended. */
async function noted(): Promise<unknown[]> {
  const db = await PGlite.create(folder)
  const { rows } = await db.query('select data, refused from outbox order by number')
  await db.close()
  return rows
}

/** A Redis of our own behind a socket file, so that no port can be taken. */
async function startRedis(): Promise<{ path: string; child: ChildProcess }> {
  const path = join(scratch, 'redis.sock')
  const child = spawn('redis-server', ['--port', '0', '--unixsocket', path, '--save', '', '--appendonly', 'no'], { stdio: ['ignore', 'pipe', 'inherit'] })
  running.push(child)
  for await (const line of createInterface(child.stdout)) if (/ready to accept connections/i.test(line)) break
  child.stdout.resume()
  return { path, child }
}

describe('an event noted with its change', () => {
  it('is sent after the commit, and its row is gone', async () => {
    const { child, url, token, said } = await start()
    const order = await post<Order>(`${url}/api/orders/1/status`, token, { status: 'paid' })
    await post(`${url}/api/orders/1/status`, token, { status: 'shipped' })
    await stop(child)
    expect(said).toEqual(['sent', 'sent'])
    expect(order).toEqual({ id: '1', owner: 'ana', status: 'paid', revision: 2 })
    expect(await noted()).toEqual([])
  })

  it('is sent once at the next start when the process is killed between commit and send', async () => {
    const first = await start('before the send')
    await post(`${first.url}/api/orders/1/status`, first.token, { status: 'paid' }).catch(() => 'its answer may be lost as well')
    expect(await first.ended).toEqual([null, 'SIGKILL'])
    expect(first.said).toEqual([])

    const second = await start()
    expect(second.said).toEqual(['sent'])
    expect(await events(second.url, second.token)).toEqual([{ id: '1', owner: 'ana', status: 'paid', revision: 2 }])
    await stop(second.child)
    expect(await noted()).toEqual([])
  })

  it('is one event when the process is killed between send and delete, and the broker outlives it', async () => {
    const { path } = await startRedis()
    const first = await start('after the send', path)
    await post(`${first.url}/api/orders/1/status`, first.token, { status: 'paid' }).catch(() => 'its answer may be lost as well')
    expect(await first.ended).toEqual([null, 'SIGKILL'])

    const second = await start(undefined, path)
    expect(second.said).toEqual(['sent again'])
    expect(await events(second.url, second.token)).toEqual([{ id: '1', owner: 'ana', status: 'paid', revision: 2 }])
    await stop(second.child)
    expect(await noted()).toEqual([])
  })

  it('waits while the broker is away, and is sent when it is back', async () => {
    const redis = await startRedis()
    const server = await start(undefined, redis.path)
    redis.child.kill('SIGKILL')
    await once(redis.child, 'exit')
    expect(await post(`${server.url}/api/orders/1/status`, server.token, { status: 'paid' })).toMatchObject({ status: 'paid' })
    expect(await post(`${server.url}/api/orders/1/status`, server.token, { status: 'shipped' })).toMatchObject({ status: 'shipped' })
    expect(server.said).toEqual([])
    await startRedis()
    await server.hasSent(2)
    expect((await events(server.url, server.token)).map((order) => order?.status)).toEqual(['paid', 'shipped'])
    await stop(server.child)
    expect(await noted()).toEqual([])
  })

  it('that can never be sent is set aside with the reason, and holds nothing up', async () => {
    const db = await PGlite.create(folder)
    await db.exec(outboxTable)
    await db.query('insert into outbox (id, room, event, data) values ($1, $2, $3, $4)', ['x', 'user:ana', 'order.updated', { id: '1', owner: 'ana' }])
    await db.close()
    const { child, url, token, hasSent } = await start()
    await post(`${url}/api/orders/1/status`, token, { status: 'paid' })
    await hasSent(1)
    expect(await events(url, token)).toEqual([{ id: '1', owner: 'ana', status: 'paid', revision: 2 }])
    await stop(child)
    expect(await noted()).toEqual([{ data: { id: '1', owner: 'ana' }, refused: expect.stringContaining('status') }])
  })
})
