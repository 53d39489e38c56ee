import { describe, expect, test } from 'vitest'
import { memoryBroker } from '../src/index.js'
import { refusedUpgrade } from './support/raw-client.js'
import { startServer } from './support/test-server.js'

describe('a server that closes', () => {
  test('spreads when its clients come back, over at most drainMs', async () => {
    const server = await startServer({ drainMs: 100, limits: { connectionsPerUser: 100 } })
    const clients = await Promise.all(Array.from({ length: 30 }, () => server.connect('ana')))
    await server.app.close()
    const delays = clients.map((client) => client.ofType('bye')[0]!.retryAfterMs!)
    expect(Math.max(...delays)).toBeLessThan(100)
    expect(new Set(delays).size).toBeGreaterThan(5)
  })
  test('sends what its rooms gained before bye', async () => {
    const server = await startServer()
    const client = await server.join('ana', 'lobby')
    for (let n = 0; n < 3; n++) void server.app.rooms.send('lobby', 'note', n)
    await server.app.rooms.send('lobby', 'note', 3)
    await server.app.close()
    await client.closed
    expect(client.frames.filter(({ type }) => type === 'event' || type === 'bye').map(({ type }) => type)).toEqual(['event', 'event', 'event', 'event', 'bye'])
  })
  test('takes no new connections, is not ready, and says so in its stats', async () => {
    const seen: unknown[] = []
    const server = await startServer({}, { after: (app) => {
      app.addHook('preClose', async () => {
        seen.push((await refusedUpgrade(`${server.url}/ws`)).status, app.rooms.stats().draining)
        await app.rooms.ready().catch((error: unknown) => seen.push(error))
      })
    } })
    expect(await server.app.rooms.ready()).toBeUndefined()
    expect(server.app.rooms.stats().draining).toBe(false)
    await server.app.close()
    expect(seen).toEqual([503, true, expect.objectContaining({ code: 'FST_ROOMS_UNAVAILABLE', statusCode: 503 })])
  })
  test('takes nobody out of a room who only moves to another node', async () => {
    const broker = memoryBroker()
    const [near, far] = [await startServer({ broker, presence: { graceMs: 0 } }), await startServer({ broker, presence: { graceMs: 0 } })]
    await near.join('ana', 'lobby')
    const bo = await far.join('bo', 'lobby')
    await near.app.close()
    const again = await far.enter('ana', 'lobby')
    expect(again.joined.members.find(({ user }) => user === 'ana')).toMatchObject({ connections: 2 })
    expect(bo.ofType('presence').flatMap(({ left }) => left)).toEqual([])
  })
  test('leaves nothing for the next one on the same broker', async () => {
    const broker = memoryBroker()
    const first = await startServer({ broker })
    await first.join('ana', 'lobby')
    await first.app.close()
    const second = await startServer({ broker })
    expect((await second.enter('bo', 'lobby')).joined).toMatchObject({ size: 1, members: [{ user: 'bo' }] })
  })
})
