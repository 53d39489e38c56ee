import cors from '@fastify/cors'
import { describe, expect, test } from 'vitest'
import { memoryBroker, RoomsUnavailableError } from '../src/index.js'
import { connectRooms } from '../src/testing/index.js'
import { withLinks } from './support/broker-under-test.js'
import { buildApp, tokenOf } from './support/test-app.js'

const stamped = { config: { rooms: { position: 'lobby' } } } as const

describe('a route with config.rooms.position', () => {
  test('is stamped with room=position on 2xx answers', async () => {
    const app = await buildApp({}, { after: (app) => {
      for (const status of [200, 201, 204, 304, 302, 404, 500]) app.get(`/${status}`, stamped, async (_, reply) => reply.code(status).send())
      app.get('/throws', stamped, async () => { throw new Error('no') })
      app.get('/plain', async () => 'plain')
    } })
    await app.rooms.send('lobby', 'note', 1)
    const expected = `lobby=${await app.rooms.position('lobby')}`
    for (const status of [200, 201, 204]) expect((await app.inject(`/${status}`)).headers['rooms-position']).toBe(expected)
    for (const path of ['/304', '/302', '/404', '/500', '/throws', '/plain', '/nothing']) expect((await app.inject(path)).headers['rooms-position']).toBeUndefined()
  })
  test('may name its room by the request', async () => {
    const app = await buildApp({}, { after: (app) => {
      app.get('/orders/:id', { config: { rooms: { position: ({ params }) => `order:${params['id']!}` } } }, async () => [])
    } })
    expect((await app.inject('/orders/7')).headers['rooms-position']).toMatch(/^order:7=[A-Za-z0-9_-]+:0:-$/)
  })
  test('reads the position before the handler reads its data, so nothing falls between', async () => {
    const app = await buildApp({}, { after: (app) => {
      app.get('/notes', { ...stamped, preHandler: async () => { await app.rooms.send('lobby', 'note', 'in a preHandler') } }, async () => {
        await app.rooms.send('lobby', 'note', 'in the handler')
        return []
      })
    } })
    const position = (await app.inject('/notes')).headers['rooms-position'] as string
    const ana = await connectRooms(app, { token: tokenOf(app, 'ana'), room: 'lobby', position: position.split('=')[1]! })
    expect(ana.joined).toMatchObject({ recovered: true, replay: 2 })
  })
  test('answers without the header while the broker is away, or where the room is none', async () => {
    const away = await buildApp({ broker: withLinks(memoryBroker(), (link) => ({ read: (room, ...rest) => (room === 'lobby' ? Promise.reject(new RoomsUnavailableError()) : link.read(room, ...rest)) })) }, { after: (app) => { app.get('/notes', stamped, async () => [7]) } })
    expect(await away.inject('/notes')).toMatchObject({ statusCode: 200, body: '[7]', headers: expect.not.objectContaining({ 'rooms-position': expect.anything() }) })
    const none = await buildApp({}, { after: (app) => { app.get('/notes', { config: { rooms: { position: () => 'no room' } } }, async () => [7]) } })
    expect(await none.inject('/notes')).toMatchObject({ statusCode: 200, headers: expect.not.objectContaining({ 'rooms-position': expect.anything() }) })
  })
  test.each([
    ['with @fastify/cors, which lists others', ['X-Total'], 'X-Total, Rooms-Position'],
    ['with @fastify/cors, which lists none', undefined, 'Rooms-Position'],
    ['once, where it is listed already', ['Rooms-Position'], 'Rooms-Position'],
    ['in other letters too', ['rooms-position', 'X-Total'], 'rooms-position, X-Total'],
  ])('is readable by pages of other origins %s', async (_, exposedHeaders, expected) => {
    const app = await buildApp({}, {
      before: async (app) => { await app.register(cors, { origin: ['https://app.example.com'], ...(exposedHeaders === undefined ? {} : { exposedHeaders }) }) },
      after: (app) => { app.get('/notes', stamped, async () => []) },
    })
    const { headers } = await app.inject({ url: '/notes', headers: { origin: 'https://app.example.com' } })
    expect(headers['access-control-expose-headers']).toBe(expected)
    expect(headers['rooms-position']).toBeDefined()
  })
})
