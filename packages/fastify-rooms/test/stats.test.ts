import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { DiagnosticsMessages } from '../src/diagnostics.js'
import { RoomsRefusal } from '../src/index.js'
import { startServer } from './support/test-server.js'

describe('rooms.stats()', () => {
  test('counts connections, users, rooms, deliveries, resumes and publishes', async () => {
    const server = await startServer({ history: { size: 1 } }, { after: (app) => app.rooms.handle('lobby', 'refused', () => { throw new RoomsRefusal('slow_mode', 'slow') }) })
    expect(server.app.rooms.stats()).toEqual({
      connections: 0, users: 0, rooms: 0, bufferedBytes: 0, broker: 'live', draining: false, deliveries: 0, messages: 0, dropped: 0, tooSlow: 0,
      resumes: { ok: 0, epoch: 0, ahead: 0, trimmed: 0, fork: 0, invalid: 0, forbidden: 0 }, publishes: {},
    })
    const { client: ana, joined } = await server.enter('ana', 'lobby')
    await server.join('ana', 'other')
    await server.join('bo', 'lobby')
    await ana.publish('note', 1, { id: 'n-1' })
    await ana.publish('note', 1, { id: 'n-1' })
    await ana.publish('note', 2, { id: 'n-1' })
    await ana.publish('note', 3)
    await ana.publish('refused', 1)
    for (const position of [joined.position, 'rubbish', await server.app.rooms.position('lobby')]) await server.join('cy', 'lobby', { query: `?position=${encodeURIComponent(position)}` })
    expect(server.app.rooms.stats()).toMatchObject({
      connections: 6, users: 3, rooms: 2, resumes: { ok: 1, trimmed: 1, invalid: 1, epoch: 0 }, publishes: { ok: 2, duplicate: 1, conflict: 1, refused: 1 },
    })
    const { deliveries, messages } = server.app.rooms.stats()
    expect(deliveries).toBeGreaterThanOrEqual(6 + 6 + 4 + 5)
    expect(messages).toBeLessThanOrEqual(deliveries)
    ana.socket.close()
    await ana.closed
    await server.app.close()
    expect(server.app.rooms.stats()).toMatchObject({ connections: 0, users: 0, draining: true })
  })
})

describe('diagnostics_channel', () => {
  test('tells of connections, joins, publishes, sends, batches and leaves, never of payloads', async () => {
    const server = await startServer()
    const told: [string, object][] = []
    const names: (keyof DiagnosticsMessages)[] = ['fastify-rooms:connect', 'fastify-rooms:disconnect', 'fastify-rooms:join', 'fastify-rooms:leave', 'fastify-rooms:publish', 'fastify-rooms:send', 'fastify-rooms:batch']
    for (const name of names) {
      const note = (message: unknown): void => {
        const { server: about, ...rest } = message as { server: object }
        if (about === server.app.server) told.push([name, rest])
      }
      subscribe(name, note)
      onTestFinished(() => { unsubscribe(name, note) })
    }
    const ana = await server.join('ana', 'lobby')
    const { connection } = ana.ofType('welcome')[0]!
    ana.send({ type: 'publish', event: 'note', data: 'sesame', id: 'n-1', trace: '00-abc-def-01' })
    await ana.next('ack')
    await server.app.rooms.send('lobby', 'note', 'sesame')
    await server.app.rooms.send('no room', 'note', 'sesame').catch(() => {})
    await ana.next('event', ({ from }) => from === undefined)
    await server.app.close()
    expect(told).toEqual(expect.arrayContaining([
      ['fastify-rooms:connect', { connection, user: 'ana' }],
      ['fastify-rooms:join', { connection, user: 'ana', room: 'lobby' }],
      ['fastify-rooms:publish', { room: 'lobby', event: 'note', user: 'ana', outcome: 'ok', durationMs: expect.any(Number), trace: '00-abc-def-01' }],
      ['fastify-rooms:send', { room: 'lobby', event: 'note', durationMs: expect.any(Number), error: undefined }],
      ['fastify-rooms:send', { room: 'no room', event: 'note', durationMs: expect.any(Number), error: expect.objectContaining({ code: 'FST_ROOMS_UNKNOWN_ROOM' }) }],
      ['fastify-rooms:batch', { room: 'lobby', frames: expect.any(Number), members: 1 }],
      ['fastify-rooms:leave', { connection, user: 'ana', room: 'lobby' }],
      ['fastify-rooms:disconnect', { connection, user: 'ana' }],
    ]))
    expect(JSON.stringify(told)).not.toContain('sesame')
  })
})
