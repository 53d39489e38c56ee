import websocket from '@fastify/websocket'
import { expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { eventually } from '../support/eventually.js'
import { startServer } from '../support/test-server.js'

type Listening = { on(event: string, listener: () => void): void }
type Handler = (socket: Listening, request: unknown) => unknown

test('a socket has our listeners only, one for each event', async () => {
  let found: WebSocket | undefined
  const server = await startServer({}, { after: (app) => void app.websocketServer.once('connection', (socket) => { found = socket }) })
  await server.join('ana', 'chat:1')
  expect([found!.listenerCount('close'), found!.listenerCount('error')]).toEqual([1, 1])
})

test('listeners that the application adds to a socket are called', async () => {
  const told: string[] = []
  const server = await startServer({}, {
    before: (app) => void app.addHook('onRoute', (route) => {
      const inner = route.wsHandler as unknown as Handler | undefined
      if (inner !== undefined) route.wsHandler = function (this: unknown, socket: Listening, request: unknown) {
        socket.on('error', () => told.push('error'))
        return inner.call(this, socket, request)
      } as never
    }),
    after: (app) => void app.websocketServer.on('connection', (socket) => socket.prependListener('close', () => told.push('close'))),
  })
  const ana = await server.join('ana', 'chat:1')
  ana.socket.send('x'.repeat(500_000))
  await eventually(() => expect(told).toEqual(['error', 'close']))
})

test('an application that registered @fastify/websocket itself hears of errors by its own errorHandler', async () => {
  const heard: Error[] = []
  const server = await startServer({}, { before: async (app) => {
    await app.register(websocket, { options: { maxPayload: 1_000 }, errorHandler: (error, socket) => {
      heard.push(error)
      socket.terminate()
    } })
  } })
  const ana = await server.join('ana', 'chat:1')
  ana.socket.send('x'.repeat(5_000))
  await eventually(() => expect(heard).toHaveLength(1))
})

test('what hooks keep at the request is still there when authenticate is asked again, and its response says when it is over', async () => {
  const MINE = Symbol('mine')
  const seen: unknown[] = []
  const server = await startServer({
    authenticate: async ({ raw, headers, ip }) => {
      seen.push([String((raw as never as Record<symbol, Buffer>)[MINE]), headers.upgrade, ip])
      return { id: 'ana' }
    },
  }, { jwt: false, before: (app) => void app.addHook('onRequest', async ({ raw }, reply) => {
    (raw as never as Record<symbol, Buffer>)[MINE] = Buffer.from('kept')
    reply.raw.once('close', () => seen.push('over'))
  }) })
  const ana = await server.join('ana', 'chat:1')
  ana.send({ type: 'auth', token: 'new', id: 'auth' })
  await ana.next('ack')
  ana.socket.close()
  const asked = ['kept', 'websocket', '127.0.0.1']
  await eventually(() => expect(seen).toEqual([asked, asked, 'over']))
})
