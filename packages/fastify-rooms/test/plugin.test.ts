import cors from '@fastify/cors'
import jwt from '@fastify/jwt'
import websocket from '@fastify/websocket'
import fastify, { type FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import roomsByDefault, { memoryBroker, rooms } from '../src/index.js'
import { logLines } from './support/log-lines.js'
import { RawClient } from './support/raw-client.js'
import { selectedProtocol } from './support/raw-upgrade.js'
import { buildApp, SECRET, tokenOf } from './support/test-app.js'
import { startServer } from './support/test-server.js'
import { ownTime } from './support/own-time.js'

function bare(): FastifyInstance {
  const app = fastify()
  onTestFinished(() => app.close())
  return app
}

describe('registration', () => {
  test('the default export is the named one', () => {
    expect(roomsByDefault).toBe(rooms)
  })
  test('10b: a second registration fails with FST_ROOMS_REGISTERED, in the same scope and in a sibling', async () => {
    const same = await buildApp()
    await expect(same.register(rooms)).rejects.toMatchObject({ code: 'FST_ROOMS_REGISTERED' })
    const siblings = bare()
    await siblings.register(jwt, { secret: SECRET })
    await siblings.register(async (scope) => { await scope.register(rooms) })
    await expect(siblings.register(async (scope) => { await scope.register(rooms, { prefix: '/other' }) })).rejects.toMatchObject({ code: 'FST_ROOMS_REGISTERED' })
  })
  test.each([['a contract', { contract: { chat: {} } }], ['a namespace that @fastify/jwt has not', { jwt: { namespace: 'people' } }], ['a limit', { limits: { rooms: 0 } }]])('that fails for %s has opened no broker, whose connections would keep the process alive', async (_, wrong) => {
    const broker = memoryBroker()
    const open = vi.spyOn(broker, 'open')
    await expect(buildApp({ broker, ...(wrong as object) })).rejects.toMatchObject({ code: 'FST_ROOMS_OPTIONS' })
    expect(open).not.toHaveBeenCalled()
  })
  test('two servers in one process each have their own', async () => {
    const [one, other] = [await startServer(), await startServer()]
    await one.join('ana', 'lobby')
    expect((await other.enter('bo', 'lobby')).joined.size).toBe(1)
  })
  test('without await on register, and before @fastify/jwt is awaited, it boots as well', async () => {
    const app = bare()
    app.register(jwt, { secret: SECRET })
    app.register(rooms)
    await app.ready()
    expect(app.rooms).toBeDefined()
  })
  test('10b: a custom authenticate boots without @fastify/jwt', async () => {
    const app = bare()
    await app.register(rooms, { authenticate: async () => null })
    await expect(app.ready()).resolves.toBeDefined()
  })
  test('rooms registered in a scope serve that scope, and are not seen outside', async () => {
    const app = bare()
    await app.register(jwt, { secret: SECRET })
    await app.register(async (scope) => {
      await scope.register(rooms)
      scope.get('/inside', async () => ({ has: scope.hasDecorator('rooms') }))
    })
    expect((await app.inject('/inside')).json()).toEqual({ has: true })
    expect(app.hasDecorator('rooms')).toBe(false)
    expect((await app.inject('/ws')).statusCode).toBe(426)
  })
})

describe('10c: prefix', () => {
  test('is put before the routes by us, because Fastify does not for such plugins', async () => {
    const server = await startServer({ prefix: '/api' })
    expect((await server.enter('ana', 'lobby')).joined.room).toBe('lobby')
    expect((await server.app.inject('/ws')).statusCode).toBe(404)
  })
  test('comes after the prefix of the scope it is registered in', async () => {
    const app = bare()
    await app.register(jwt, { secret: SECRET })
    await app.register(async (scope) => { await scope.register(rooms, { prefix: '/live' }) }, { prefix: '/v1' })
    for (const [path, status] of [['/v1/live/ws', 426], ['/v1/live/ws/lobby', 426], ['/live/ws', 404], ['/v1/ws', 404]] as const) expect((await app.inject(path)).statusCode).toBe(status)
  })
})

describe('10b: an application\'s own @fastify/websocket', () => {
  test('registered before is used: its sockets and ours work, and the shared maxPayload is warned about', async () => {
    const log = logLines()
    const server = await startServer({}, {
      server: log.server,
      before: async (app) => {
        await app.register(websocket, { options: { maxPayload: 5_000 } })
        app.get('/own', { websocket: true }, (socket) => { socket.send('{"type":"own"}') })
      },
    })
    await server.join('ana', 'lobby')
    expect(await new RawClient(`${server.url}/own`, { protocol: null }).next('own' as 'pong')).toEqual({ type: 'own' })
    expect(log.lines()).toContainEqual(expect.objectContaining({ level: 40, maxPayload: 5_000, msg: expect.stringContaining('set it to limits.batchBytes (262144)') }))
  })
  test('its own handleProtocols stays', async () => {
    const server = await startServer({}, { before: async (app) => { await app.register(websocket, { options: { handleProtocols: () => 'theirs' } }) } })
    const client = await new RawClient(`${server.url}/ws`, { token: tokenOf(server.app, 'ana'), also: ['theirs'] }).opened()
    expect(client.socket.protocol).toBe('theirs')
  })
  test('our sockets still close with 4200, and the application\'s as it closes them', async () => {
    const server = await startServer({}, {
      before: async (app) => {
        await app.register(websocket)
        app.get('/own', { websocket: true }, () => {})
      },
    })
    const ours = await server.join('ana', 'lobby')
    const own = await new RawClient(`${server.url}/own`, { protocol: null }).opened()
    await server.app.close()
    expect((await ours.closed).code).toBe(4200)
    expect((await own.closed).code).toBe(1005)
  })
  test('without a choice of subprotocols gets ours, so that no token comes back', async () => {
    const server = await startServer({}, { before: async (app) => { await app.register(websocket) } })
    expect(await selectedProtocol(server.port, '/ws', [`bearer.${tokenOf(server.app, 'ana')}`, 'rooms.v1'])).toBe('rooms.v1')
  })
  test('whose closing waits 30 s for a silent client does not make ours wait', async () => {
    const server = await startServer({}, { before: async (app) => { await app.register(websocket) } })
    const client = await server.connect('ana')
    client.socket.pause()
    const ms = ownTime()
    await server.app.close()
    expect(ms()).toBeLessThan(3_000)
  })
  test('that does not track its clients works too', async () => {
    const server = await startServer({}, { before: async (app) => { await app.register(websocket, { options: { clientTracking: false } }) } })
    await server.join('ana', 'lobby')
  })
  test('without one, the application\'s sockets on ours are closed with 1001', async () => {
    const server = await startServer({}, { after: (app) => { app.get('/own', { websocket: true }, () => {}) } })
    const own = await new RawClient(`${server.url}/own`, { protocol: null }).opened()
    await server.app.close()
    expect((await own.closed).code).toBe(1001)
  })
})

describe('beside other plugins', () => {
  test('10c: a global Zod validator compiler does not break our routes', async () => {
    const server = await startServer({}, {
      before: (app) => {
        app.setValidatorCompiler(validatorCompiler)
        app.setSerializerCompiler(serializerCompiler)
      },
      after: (app) => { app.get('/validated', { schema: { querystring: z.object({ n: z.coerce.number() }), response: { 200: z.object({ n: z.number() }) } } }, async (request) => request.query as { n: number }) },
    })
    await server.join('ana', 'lobby')
    expect((await server.app.inject('/ws')).statusCode).toBe(426)
    expect((await server.app.inject('/validated?n=7')).json()).toEqual({ n: 7 })
  })
  test('10c: hooks in a scope of their own do not touch room routes, which authenticate themselves', async () => {
    const server = await startServer({}, {
      after: async (app) => {
        await app.register(async (api) => {
          api.addHook('onRequest', (request) => request.jwtVerify())
          api.get('/orders', async () => [])
        })
      },
    })
    await server.join('ana', 'lobby')
    expect((await server.app.inject('/orders')).statusCode).toBe(401)
  })
  test('an application\'s hook can tell our routes by config.rooms.transport', async () => {
    const seen: unknown[] = []
    const server = await startServer({}, { before: (app) => { app.addHook('onRequest', async (request) => { seen.push(request.routeOptions.config.rooms?.transport) }) } })
    await server.join('ana', 'lobby')
    await server.app.inject('/ws')
    expect(seen).toEqual(['websocket', 'websocket'])
  })
  test('@fastify/cors is no obstacle for an upgrade', async () => {
    const server = await startServer({ origins: ['https://app.example.com'] }, { before: async (app) => { await app.register(cors, { origin: ['https://app.example.com'] }) } })
    await server.join('ana', 'lobby', { headers: { origin: 'https://app.example.com' } })
  })
})
