import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, expect, it } from 'vitest'

const { WebSocket } = createRequire(new URL('../apps/demo-api/package.json', import.meta.url))('ws')
const program = fileURLToPath(new URL('cluster.mjs', import.meta.url))
/** An empty database and two nodes take a while on a busy machine. */
const STARTS_MS = 120_000
const folder = mkdtempSync(join(tmpdir(), 'rooms-cluster-'))
afterAll(() => rmSync(folder, { recursive: true }))

const running = []
afterEach(async () => {
  for (const cluster of running.splice(0)) await cluster.end()
})

/** The launcher without its installation and build; `npm test` has done both. */
function startCluster(environment = {}) {
  const child = spawn(process.execPath, [program], { env: { PATH: process.env.PATH, DATA_DIR: folder, PORT: '0', ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  const lines = []
  let wake = () => {}
  for (const output of [child.stdout, child.stderr]) createInterface(output).on('line', (line) => { lines.push(line); wake() })
  void ended.then(() => wake())
  const cluster = {
    child,
    ended,
    lines,
    /** The first line, now or later, that matches. */
    async line(pattern) {
      for (;;) {
        const match = lines.map((line) => pattern.exec(line)).find((found) => found !== null)
        if (match !== undefined) return match
        if (child.exitCode !== null) throw new Error(`no ${pattern} in:\n${lines.join('\n')}`)
        await new Promise((resolve) => { wake = resolve })
      }
    },
    /** Processes that the launcher started and that run still. */
    children: () => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ').filter((pid) => pid !== '').map(Number),
    async end() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await ended
    },
  }
  running.push(cluster)
  return cluster
}

it('runs two nodes as one: what happens on one is seen on the other, and whoever loses a node goes on with the other', async () => {
  const cluster = startCluster()
  const [, address] = await cluster.line(/^(http:\S+)$/)
  const left = new URL(address)
  expect(left.search).toMatch(/^\?pane&second=\d+$/)
  const right = new URL(`http://${left.hostname}:${left.searchParams.get('second')}`)
  const [, leftPid] = await cluster.line(/on the left process (\d+)/)
  const [, redisPid] = await cluster.line(/Redis is process (\d+)/)
  const children = cluster.children()
  expect(children).toHaveLength(3)

  const [ana, sam] = await Promise.all([signIn(left, 'ana'), signIn(right, 'sam')])
  const board = await enter(right, sam, 'board')
  const orders = await enter(left, ana, 'user:ana')
  const { id } = await post(left, ana, '/api/orders', { item: 'Scale', quantity: 1 })
  await post(left, ana, `/api/orders/${id}/status`, { status: 'paid' })
  expect(await board.next('event', ({ event }) => event === 'order.updated')).toMatchObject({ room: 'board', from: 'ana', data: { id, status: 'paid' } })

  const lobbies = [await enter(left, ana, 'chat:lobby'), await enter(right, sam, 'chat:lobby')]
  for (const lobby of lobbies) await lobby.until(({ here }) => here.has('ana') && here.has('sam'))

  const last = await orders.next('event', ({ event }) => event === 'order.updated')
  process.kill(Number(leftPid), 'SIGKILL')
  await orders.closed
  await cluster.line(/^The left node \(port \d+\) ended \(SIGKILL\)\. The right one goes on\.$/)
  await post(right, sam, `/api/orders/${id}/status`, { status: 'shipped' })
  const resumed = await enter(right, ana, `user:ana?position=${orders.epoch}:${last.offset}:${last.tag}`)
  expect(await resumed.next('joined')).toMatchObject({ recovered: true, replay: 1 })
  expect(await resumed.next('event')).toMatchObject({ event: 'order.updated', offset: last.offset + 1, data: { id, status: 'shipped' } })

  expect((await fetch(new URL('/healthz', right))).status).toBe(200)
  process.kill(Number(redisPid), 'SIGKILL')
  await cluster.line(/^Redis ended \(SIGKILL\): live updates are paused/)
  await board.next('live', ({ on }) => !on)
  expect((await fetch(new URL('/healthz', right))).status).toBe(503)

  cluster.child.kill('SIGINT')
  cluster.child.kill('SIGINT') // under npm a Ctrl-C arrives twice
  expect(await cluster.ended).toEqual([0, null])
  expect(children.filter(isAlive)).toEqual([])
}, STARTS_MS)

it('stopped while it starts leaves nothing behind', async () => {
  const cluster = startCluster()
  const redis = await new Promise((resolve) => {
    // Redis is the first to run, and nothing is printed before all do.
    const look = () => (cluster.children().length > 0 ? resolve(cluster.children()) : setImmediate(look))
    look()
  })
  cluster.child.kill('SIGINT')
  expect(await cluster.ended).toEqual([0, null])
  expect(redis.filter(isAlive)).toEqual([])
  expect(cluster.lines.join('\n')).not.toContain('http')
}, STARTS_MS)

it('says which port is taken, and ends everything', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address()
  const cluster = startCluster({ PORT: String(port) })
  expect(await cluster.ended).toEqual([1, null])
  expect(cluster.lines.join('\n')).toMatch(/The (left|right) node did not start \(exit code 1\)\n {2}Port \d+ is taken\. Set PORT to a free one/)
  other.close()
}, STARTS_MS)

const headers = (token) => ({ 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) })

async function post(node, token, path, body) {
  const response = await fetch(new URL(path, node), { method: 'POST', headers: headers(token), body: JSON.stringify(body) })
  expect(response.ok, await response.clone().text()).toBe(true)
  return response.json()
}

async function signIn(node, user) {
  return (await post(node, undefined, '/api/session', { user })).token
}

/** A raw client in one room, joined. */
async function enter(node, token, room) {
  const socket = new WebSocket(new URL(`/ws/${room}`, node.href.replace('http', 'ws')), ['rooms.v1', `bearer.${token}`])
  const frames = []
  const here = new Set()
  let wake = () => {}
  socket.on('message', (text) => {
    for (const frame of String(text).split('\n').map((object) => JSON.parse(object))) {
      frames.push(frame)
      for (const user of frame.left ?? []) here.delete(user)
      for (const { user } of [...(frame.members ?? []), ...(frame.type === 'presence' ? frame.joined : [])]) here.add(user)
    }
    wake()
  })
  socket.on('error', () => {})
  const client = {
    closed: once(socket, 'close'),
    epoch: '',
    async until(holds) {
      for (let found; ; await new Promise((resolve) => { wake = resolve })) if ((found = holds({ frames, here }))) return found
    },
    next: (type, wanted = () => true) => client.until(() => frames.find((frame) => frame.type === type && wanted(frame))),
  }
  client.epoch = (await client.next('joined')).position.split(':')[0]
  return client
}

/** Whether a process runs; one that ended and waits for its parent's last look does not. */
function isAlive(pid) {
  return existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}
