import { createRequire } from 'node:module'
import { rooms, memoryBroker, type RoomsOptions } from 'fastify-rooms'
import { createRoomsClient, systemClock, UnauthorizedError, type ClientFrame, type Clock, type RoomsClient, type RoomsClientOptions, type ServerFrame, type TokenReason, type WebSocketConstructor } from 'react-rooms/client'
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest'
import { DemoServer } from './demo-server.js'

type Application = Parameters<typeof rooms>[0]
// The server and the socket for Node 20 are fastify-rooms' own; the web app needs neither.
const ofServer = createRequire(createRequire(import.meta.url).resolve('fastify-rooms/package.json'))
const fastify = ofServer('fastify') as () => Application
const { WebSocket } = ofServer('ws') as { WebSocket: new (...address: ConstructorParameters<WebSocketConstructor>) => InstanceType<WebSocketConstructor> & { on(event: 'message', listener: (data: Buffer) => void): void } }

const FULL = process.env['ROOMS_FULL'] === '1'
const SESSION_MS = FULL ? 20_000 : 3_000
const RENEWALS = 3
const WITHIN_MS = 5_000

function objectsOf<F>(message: string): F[] {
  return message.split('\n').map((line) => JSON.parse(line) as F)
}

/** The client as an application has it, in Node, and what passes between it and the server. */
function observedClient(options: Omit<RoomsClientOptions, 'WebSocket' | 'clock'>) {
  const sent: ClientFrame[] = []
  const received: ServerFrame[] = []
  const waiting = new Set<{ due(): void }>()
  let sockets = 0
  class Observed extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols)
      sockets++
      this.on('message', (data) => { received.push(...objectsOf<ServerFrame>(data.toString())) })
    }

    override send(text: string): void {
      sent.push(...objectsOf<ClientFrame>(text))
      super.send(text)
    }
  }
  const clock: Clock = {
    ...systemClock,
    after(ms, run) {
      const timer = {
        due() {
          cancel()
          run()
        },
      }
      const stop = systemClock.after(ms, timer.due)
      const cancel = (): void => {
        stop()
        waiting.delete(timer)
      }
      waiting.add(timer)
      return cancel
    },
  }
  const client = createRoomsClient({ ...options, WebSocket: Observed, clock })
  onTestFinished(() => client.close())
  return {
    client,
    sockets: () => sockets,
    sent: <T extends ClientFrame['type']>(type: T) => sent.filter((frame): frame is Extract<ClientFrame, { type: T }> => frame.type === type),
    received: <T extends ServerFrame['type']>(type: T) => received.filter((frame): frame is Extract<ServerFrame, { type: T }> => frame.type === type),
    /** As if the time went by that it waits for. */
    runTimers: () => { for (const timer of [...waiting]) timer.due() },
  }
}

/** Resolves when it holds; looked at after every change of the connection or the room. */
async function until(client: RoomsClient, room: 'chat:lobby' | 'chat:a' | 'chat:b', holds: () => boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = (): void => { if (holds()) resolve() }
    onTestFinished(client.subscribe(look))
    onTestFinished(client.room(room).subscribe(look))
    look()
  })
}

let server: DemoServer
beforeAll(async () => {
  vi.stubEnv('SESSION_MS', String(SESSION_MS))
  server = await DemoServer.start(inject('template'))
  vi.unstubAllEnvs()
})
afterAll(() => server.remove())

async function signIn(user: string): Promise<{ token: string; expiresAt: number }> {
  const response = await fetch(`${server.url}/api/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user }) })
  return (await response.json()) as { token: string; expiresAt: number }
}

test(`with tokens of ${SESSION_MS / 1_000} s the sockets live on through ${RENEWALS} renewals: nothing lost, nothing re-joined`, async () => {
  const asked: TokenReason[] = []
  const person = (user: string) => observedClient({
    url: server.url,
    async getToken({ reason }) {
      asked.push(reason)
      return (await signIn(user)).token
    },
  })
  const [ana, bo] = [person('ana'), person('bo')]
  const heard: string[] = []
  const lobby = ana.client.room('chat:lobby')
  onTestFinished(lobby.on('message', ({ text }) => { heard.push(text) }))
  onTestFinished(bo.client.retain('chat:lobby'))
  await until(ana.client, 'chat:lobby', () => lobby.status() === 'live')

  const began = Date.now()
  const said: string[] = []
  const renewals = (): number => Math.min(...[ana, bo].map(({ received }) => received('ack').filter(({ id }) => id === 'auth').length))
  while (renewals() < RENEWALS) {
    const text = `message ${said.length}`
    await bo.client.room('chat:lobby').publish('message', { text })
    said.push(text)
  }
  const lastedMs = Date.now() - began
  await new Promise<void>((resolve) => {
    const look = (): void => { if (heard.length >= said.length) resolve() }
    onTestFinished(lobby.on('message', look))
    look()
  })
  process.stdout.write(`tokens of ${SESSION_MS / 1_000} s: ${renewals()} renewals in ${(lastedMs / 1_000).toFixed(1)} s, ${heard.length} of ${said.length} messages heard, ${ana.sockets()} socket, ${ana.received('joined').length} joined; asked for tokens: ${asked.join(', ')}\n`)
  expect(lastedMs).toBeGreaterThan(SESSION_MS)
  expect(heard).toEqual(said)
  for (const each of [ana, bo]) expect([each.sockets(), each.received('welcome').length, each.received('joined').length, each.received('bye').length]).toEqual([1, 1, 1, 0])
  expect(asked.filter((reason) => reason !== 'expiring')).toEqual(['initial', 'initial'])
}, SESSION_MS * 4 + 60_000)

test(`without a refresh the server says 4001 within ${WITHIN_MS} ms of exp, and a client whose session is over stops there`, async () => {
  const { token, expiresAt } = await signIn('ana')
  const asked: TokenReason[] = []
  const ana = observedClient({
    url: server.url,
    getToken({ reason }) {
      asked.push(reason)
      if (reason === 'refused') throw new UnauthorizedError()
      if (reason === 'expiring') throw new TypeError('the session service is away')
      return token
    },
  })
  onTestFinished(ana.client.retain('chat:lobby'))
  await until(ana.client, 'chat:lobby', () => ana.client.connection().status === 'unauthorized')
  const lateMs = Date.now() - expiresAt
  process.stdout.write(`a token of ${SESSION_MS / 1_000} s without refresh: refused ${lateMs} ms after exp (bound ${WITHIN_MS})\n`)
  expect(ana.received('bye')).toMatchObject([{ code: 4001, retry: 'refresh' }])
  expect(lateMs).toBeGreaterThanOrEqual(0)
  expect(lateMs).toBeLessThanOrEqual(WITHIN_MS)
  expect(asked.filter((reason) => reason !== 'expiring')).toEqual(['initial', 'refused'])
  ana.runTimers()
  expect([ana.sockets(), asked.filter((reason) => reason !== 'expiring').length]).toEqual([1, 2])
}, SESSION_MS + 60_000)

/** Two nodes of one cluster whose tokens are user names; who is banned may not be in `chat:a`. */
async function startCluster(banned: ReadonlySet<string>) {
  const options: RoomsOptions = {
    broker: memoryBroker(),
    authenticate: async (_request, token) => (token === null ? null : { id: token }),
    authorize: ({ user, room }) => (room.name === 'chat:a' && banned.has(user.id) ? false : undefined),
  }
  const start = async () => {
    const app = fastify()
    onTestFinished(() => app.close())
    await app.register(rooms, options)
    return { rooms: app.rooms, url: await app.listen({ host: '127.0.0.1', port: 0 }) }
  }
  return [await start(), await start()] as const
}

test('a recheck on the other node makes one room refused, for good; the other room goes on', async () => {
  const banned = new Set<string>()
  const [near, far] = await startCluster(banned)
  const ana = observedClient({ url: far.url, getToken: () => 'ana' })
  const [a, b] = [ana.client.room('chat:a'), ana.client.room('chat:b')]
  for (const room of ['chat:a', 'chat:b'] as const) onTestFinished(ana.client.retain(room))
  await until(ana.client, 'chat:a', () => a.status() === 'live')
  await until(ana.client, 'chat:b', () => b.status() === 'live')

  banned.add('ana')
  const began = performance.now()
  await near.rooms.recheck('ana')
  await until(ana.client, 'chat:a', () => a.status() === 'refused')
  process.stdout.write(`recheck on the other node: the client shows refused after ${Math.round(performance.now() - began)} ms\n`)
  // Whatever it might have said of the refused room stands before this.
  await b.publish('message', { text: 'still here' })
  expect([a.status(), b.status(), ana.client.connection().status]).toEqual(['refused', 'live', 'connected'])
  await expect(a.publish('message', { text: 'no' })).rejects.toMatchObject({ code: 'forbidden' })
  expect(ana.sent('join').map(({ room }) => room).sort()).toEqual(['chat:a', 'chat:b'])
  expect(ana.sockets()).toBe(1)
  expect(ana.received('left')).toMatchObject([{ room: 'chat:a', code: 4003, retry: 'never' }])
})

test('disconnect({ user }) on the other node ends the client, which opens nothing more', async () => {
  const [near, far] = await startCluster(new Set())
  const asked: string[] = []
  const person = (user: string) => observedClient({
    url: far.url,
    getToken() {
      asked.push(user)
      return user
    },
  })
  const [ana, bo] = [person('ana'), person('bo')]
  for (const { client } of [ana, bo]) {
    onTestFinished(client.retain('chat:lobby'))
    await until(client, 'chat:lobby', () => client.room('chat:lobby').status() === 'live')
  }
  const began = performance.now()
  await near.rooms.disconnect({ user: 'ana' })
  await until(ana.client, 'chat:lobby', () => ana.client.connection().status === 'closed')
  process.stdout.write(`disconnect on the other node: the client is closed after ${Math.round(performance.now() - began)} ms\n`)
  expect(ana.received('bye')).toMatchObject([{ code: 4010, retry: 'never' }])
  ana.runTimers()
  expect([asked, ana.sockets()]).toEqual([['ana', 'bo'], 1])
  expect([bo.client.connection().status, bo.client.room('chat:lobby').status()]).toEqual(['connected', 'live'])
})
