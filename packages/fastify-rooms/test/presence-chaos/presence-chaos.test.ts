import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { RedisServer } from '../faults/redis-server.js'
import { FULL } from '../faults/scale.js'
import { randomFrom } from '../fuzz/wild-frames.js'
import { messageOf } from '../scale/node-process.js'
import { forgeToken, inSeconds } from '../support/forged-token.js'
import { SECRET } from '../support/test-app.js'

const SEED = Number(process.env['ROOMS_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const SCALE = FULL
  ? { users: 300, ms: 60_000, everyMs: 15, presence: { leaseMs: 25_000, renewMs: 8_000, graceMs: 5_000 } }
  : { users: 60, ms: 8_000, everyMs: 15, presence: { leaseMs: 3_000, renewMs: 1_000, graceMs: 500 } }
/** A killed node's users are gone when their leases ran out, somebody has looked, and the diff was gathered. */
const GHOST_MS = SCALE.presence.leaseMs + 10_000
const ROOM = 'chat:chaos'
const MAX_CONNECTIONS = 3
/** How often a node is asked whether it still names somebody who is gone. */
const LOOK_MS = 250

/** A child that answers what it is asked. */
class Child {
  readonly process: ChildProcess
  #asked = 0
  constructor(script: string, ...args: string[]) {
    this.process = fork(fileURLToPath(new URL(script, import.meta.url)), args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.process.setMaxListeners(0)
    onTestFinished(() => { this.process.kill('SIGKILL') })
  }

  next<T>(wanted: (message: T) => boolean): Promise<T> {
    return messageOf(this.process, wanted)
  }

  async ask<T>(question: object): Promise<T> {
    const ask = ++this.#asked
    const answer = this.next<T & { answer?: number }>((message) => message.answer === ask)
    this.process.send({ ...question, ask })
    return answer
  }
}

interface Node { readonly child: Child; readonly port: number; alive: boolean }
interface Client { readonly id: string; readonly user: string; readonly node: Node }

async function startNode(redisPort: number): Promise<Node> {
  const child = new Child('node.mjs', JSON.stringify({ redisPort, secret: SECRET, presence: SCALE.presence }))
  const { port } = await child.next<{ port: number }>((message) => message.port > 0)
  return { child, port, alive: true }
}

/** The connections there should be, kept by whoever opens and ends them. */
class Truth {
  readonly clients = new Map<string, Client>()
  /** When each user's last connection ended. */
  readonly endedAt = new Map<string, number>()

  of(user: string): Client[] {
    return [...this.clients.values()].filter((client) => client.user === user)
  }

  users(): string[] {
    return [...new Set([...this.clients.values()].map(({ user }) => user))].sort()
  }

  add(client: Client): void {
    this.clients.set(client.id, client)
    this.endedAt.delete(client.user)
  }

  delete(id: string): void {
    const client = this.clients.get(id)
    if (client === undefined) return
    this.clients.delete(id)
    if (this.of(client.user).length === 0) this.endedAt.set(client.user, Date.now())
  }
}

test(`three nodes, ${SCALE.users} users coming and going for ${SCALE.ms / 1_000} s, a node killed and one restarted: everyone agrees on who is here`, async () => {
  const redis = await RedisServer.start()
  onTestFinished(() => redis.stop())
  const nodes = await Promise.all([1, 2, 3].map(() => startNode(redis.port)))
  const crowd = new Child('clients.mjs', ROOM)
  const truth = new Truth()
  const codes: Record<string, number> = {}
  crowd.process.on('message', ({ closed, code }: { closed?: string; code?: number }) => {
    if (closed === undefined) return
    codes[code!] = (codes[code!] ?? 0) + 1
    truth.delete(closed)
  })
  const random = randomFrom(SEED)
  const below = (n: number): number => Math.floor(random() * n)

  let opened = 0
  const act = (): void => {
    const user = `user-${below(SCALE.users)}`
    const own = truth.of(user)
    if (own.length > 0 && (own.length === MAX_CONNECTIONS || below(2) === 0)) {
      const { id } = own[below(own.length)]!
      crowd.process.send({ do: below(2) === 0 ? 'close' : 'kill', id })
      truth.delete(id)
      return
    }
    const alive = nodes.filter((node) => node.alive)
    const client = { id: `${++opened}`, user, node: alive[below(alive.length)]! }
    truth.add(client)
    crowd.process.send({ do: 'open', id: client.id, port: client.node.port, token: forgeToken({ sub: user, exp: inSeconds(3_600) }) })
  }

  let longestGhost = 0
  const look = async (): Promise<void> => {
    const { users } = await nodes[0]!.child.ask<{ users: string[] }>({ room: ROOM })
    for (const user of users) longestGhost = Math.max(longestGhost, Date.now() - (truth.endedAt.get(user) ?? Date.now()))
  }
  const began = Date.now()
  const acting = setInterval(act, SCALE.everyMs)
  // The end of the test ends the node it may be asking.
  const looking = setInterval(() => void look().catch(() => {}), LOOK_MS)
  onTestFinished(() => {
    clearInterval(acting)
    clearInterval(looking)
  })
  await at(began + SCALE.ms / 3)
  nodes[2]!.alive = false
  nodes[2]!.child.process.kill('SIGKILL')
  const killedAt = Date.now()
  await at(began + (SCALE.ms * 2) / 3)
  nodes[2] = await startNode(redis.port)
  await at(began + SCALE.ms)
  clearInterval(acting)

  const quietAt = Date.now()
  const agreed = await agreement(nodes, crowd, truth, quietAt + GHOST_MS)
  process.stdout.write(`presence chaos, seed ${SEED}: ${opened} connections opened, closed with ${JSON.stringify(codes)}, ${truth.users().length} users at the end; a node killed ${quietAt - killedAt} ms before the end; all agreed ${agreed} ms after the last change; longest ghost seen ${longestGhost} ms (bound ${GHOST_MS} ms)\n`)
  expect(agreed).toBeLessThanOrEqual(GHOST_MS)
  expect(longestGhost).toBeLessThanOrEqual(GHOST_MS)
}, SCALE.ms + GHOST_MS + 60_000)

/** Asks every node and every client until all name the same users as the truth; fails naming who differs. */
async function agreement(nodes: readonly Node[], crowd: Child, truth: Truth, deadline: number): Promise<number> {
  const began = Date.now()
  for (;;) {
    const expected = truth.users()
    const answers = await Promise.all(nodes.map(async ({ child }, index) => ({ who: `node ${index}`, users: [...(await child.ask<{ users: string[] }>({ room: ROOM })).users].sort() })))
    const { views } = await crowd.ask<{ views: { id: string; users: string[] }[] }>({ do: 'views' })
    const everyone = [...answers, ...views.map(({ id, users }) => ({ who: `client ${id}`, users }))]
    const wrong = everyone.find(({ users }) => users.join() !== expected.join())
    if (wrong === undefined && views.length === truth.clients.size) return Date.now() - began
    if (Date.now() > deadline) {
      expect({ who: wrong?.who, users: wrong?.users, views: views.length }).toEqual({ who: wrong?.who, users: expected, views: truth.clients.size })
      return Date.now() - began
    }
  }
}

async function at(time: number): Promise<void> {
  const wait = AbortSignal.timeout(Math.max(0, Math.round(time - Date.now())))
  if (!wait.aborted) await once(wait, 'abort')
}
