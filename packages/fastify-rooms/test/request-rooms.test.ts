import type { FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import { memoryBroker } from '../src/index.js'
import { connectRooms } from '../src/testing/index.js'
import { buildApp, SECRET, tokenOf } from './support/test-app.js'

function withRoute(app: FastifyInstance): void {
  app.get('/mine', { onRequest: (request) => request.jwtVerify() }, async ({ rooms }) => ({ id: rooms.id ?? null, connection: rooms.connection ?? null }))
  app.get('/open', async ({ rooms }) => ({ id: rooms.id ?? null, connection: rooms.connection ?? null }))
}
async function ask(app: FastifyInstance, url: string, headers: Record<string, string>): Promise<unknown> {
  return (await app.inject({ url, headers })).json()
}

describe('request.rooms', () => {
  test('id is the header Rooms-Event-Id; an empty one counts as none', async () => {
    const app = await buildApp({}, { after: withRoute })
    expect(await ask(app, '/open', { 'rooms-event-id': 'e-1' })).toMatchObject({ id: 'e-1' })
    expect(await ask(app, '/open', { 'rooms-event-id': '' })).toMatchObject({ id: null })
    expect(await ask(app, '/open', {})).toEqual({ id: null, connection: null })
  })
  test('connection is the header Rooms-Connection, only where it is this user\'s and still open', async () => {
    const app = await buildApp({}, { after: withRoute })
    const [ana, bo] = [await connectRooms(app, { token: tokenOf(app, 'ana') }), await connectRooms(app, { token: tokenOf(app, 'bo') })]
    const authorization = `Bearer ${tokenOf(app, 'ana')}`
    expect(await ask(app, '/mine', { authorization, 'rooms-connection': ana.connection })).toEqual({ id: null, connection: ana.connection })
    for (const other of [bo.connection, 'nothing', '']) expect(await ask(app, '/mine', { authorization, 'rooms-connection': other })).toMatchObject({ connection: null })
    expect(await ask(app, '/open', { 'rooms-connection': ana.connection })).toMatchObject({ connection: null })
    await ana.close()
    await bo.publish('a', 1, { room: 'nowhere' })
    expect(await ask(app, '/mine', { authorization, 'rooms-connection': ana.connection })).toMatchObject({ connection: null })
  })
  test('knows the user under a namespace\'s and an own decorator name, and as jwt.user makes it', async () => {
    const app = await buildApp({ jwt: { namespace: 'people', user: ({ uid }) => ({ id: uid as string }) } }, {
      jwt: { secret: SECRET, namespace: 'people', decoratorName: 'person' },
      after: (app) => { app.get('/mine', { onRequest: (request) => (request as unknown as { peopleJwtVerify(): Promise<void> }).peopleJwtVerify() }, async ({ rooms }) => ({ connection: rooms.connection ?? null })) },
    })
    const token = (app.jwt as unknown as { people: { sign(payload: object, options: object): string } }).people.sign({ uid: 'ana' }, { expiresIn: '1h' })
    const ana = await connectRooms(app, { token })
    expect(await ask(app, '/mine', { authorization: `Bearer ${token}`, 'rooms-connection': ana.connection })).toEqual({ connection: ana.connection })
  })
  test('with a custom authenticate the user is what the application left on the request', async () => {
    const app = await buildApp({ authenticate: async (_, token) => ({ id: token! }) }, {
      jwt: false,
      after: (app) => {
        app.decorateRequest('user', null as never)
        app.get('/mine', { onRequest: async (request) => { request.user = { id: String(request.headers['x-user']) } } }, async ({ rooms }) => ({ connection: rooms.connection ?? null }))
      },
    })
    const ana = await connectRooms(app, { token: 'ana' })
    expect(await ask(app, '/mine', { 'x-user': 'ana', 'rooms-connection': ana.connection })).toEqual({ connection: ana.connection })
    expect(await ask(app, '/mine', { 'x-user': 'bo', 'rooms-connection': ana.connection })).toEqual({ connection: null })
  })
})

describe('an HTTP change that its own page already shows', () => {
  test('comes to the others as event and to that connection as skip, and its retry happens once', async () => {
    const app = await buildApp({}, { after: (app) => {
      app.post('/notes', { onRequest: (request) => request.jwtVerify() }, async ({ rooms }) => app.rooms.send('lobby', 'note', 1, { id: rooms.id, except: rooms.connection }))
    } })
    const [ana, bo] = [await connectRooms(app, { token: tokenOf(app, 'ana'), room: 'lobby' }), await connectRooms(app, { token: tokenOf(app, 'bo'), room: 'lobby' })]
    const headers = { authorization: `Bearer ${tokenOf(app, 'ana')}`, 'rooms-event-id': 'n-1', 'rooms-connection': ana.connection }
    for (const duplicate of [false, true]) expect((await app.inject({ method: 'POST', url: '/notes', headers })).json()).toMatchObject({ id: 'n-1', duplicate })
    expect(await bo.next('note')).toMatchObject({ id: 'n-1', offset: 1 })
    expect(await ana.nextFrame('skip')).toMatchObject({ offset: 1, id: 'n-1' })
  })
  test('also where another node holds the connection, and never for somebody else\'s', async () => {
    const broker = memoryBroker()
    const withSend = (app: FastifyInstance): void => {
      app.post('/notes', { onRequest: (request) => request.jwtVerify() }, async ({ rooms }) => app.rooms.send('lobby', 'note', 1, { except: rooms.connection }))
    }
    const [near, far] = [await buildApp({ broker }, { after: withSend }), await buildApp({ broker }, { after: withSend })]
    const [ana, bo] = [await connectRooms(far, { token: tokenOf(far, 'ana'), room: 'lobby' }), await connectRooms(far, { token: tokenOf(far, 'bo'), room: 'lobby' })]
    const post = (user: string) => near.inject({ method: 'POST', url: '/notes', headers: { authorization: `Bearer ${tokenOf(near, user)}`, 'rooms-connection': ana.connection } })
    await post('ana')
    expect(await ana.nextFrame('skip')).toMatchObject({ offset: 1 })
    await post('bo')
    expect(await ana.next('note')).toMatchObject({ offset: 2 })
    for (const offset of [1, 2]) expect(await bo.next('note')).toMatchObject({ offset })
    const again = await connectRooms(near, { token: tokenOf(near, 'ana'), room: 'lobby', position: ana.joined!.position })
    expect(again.joined!.replay).toBe(2)
    ana.send({ type: 'join', room: 'lobby', position: ana.joined!.position })
    expect(await ana.nextFrame('skip')).toMatchObject({ offset: 1 })
  })
})
