import { describe, expect, test } from 'vitest'
import { Poller, sendPoll } from '../support/poller.js'
import { startServer } from '../support/test-server.js'

describe('POST /poll', () => {
  test('answers the first poll at once, with welcome and joined for every room', async () => {
    const server = await startServer()
    const ana = new Poller('ana', 'chat:1', 'lobby')
    const { status, headers, body } = await sendPoll(server, 'ana', ana.request)
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([200, 'application/json; charset=utf-8', 'no-store'])
    const messages = ana.take(body as never)
    expect(messages.map(({ type }) => type).sort()).toEqual(['joined', 'joined', 'welcome'])
    expect(messages[0]).toMatchObject({ type: 'welcome', user: 'ana', connection: ana.connection })
    for (const room of ['chat:1', 'lobby']) expect(ana.rooms[room]).toBe(await server.app.rooms.position(room))
  })
  test('waits for something to tell, and then answers with it and the place after it', async () => {
    const server = await startServer()
    const ana = new Poller('ana', 'chat:1')
    await ana.poll(server)
    const waiting = ana.poll(server)
    const { position } = await server.app.rooms.send('chat:1', 'message', 'hi')
    expect(await waiting).toMatchObject([{ type: 'event', data: 'hi', room: 'chat:1' }])
    expect(ana.rooms).toEqual({ 'chat:1': position })
  })
  test('answers at once with what came between two polls', async () => {
    const server = await startServer()
    const ana = new Poller('ana', 'chat:1')
    await ana.poll(server)
    for (let n = 1; n <= 5; n++) await server.app.rooms.send('chat:1', 'message', n)
    expect((await ana.poll(server)).map((frame) => frame.type === 'event' && frame.data)).toEqual([1, 2, 3, 4, 5])
  })
  test('has no messages when its time is up, and stands where it stood', async () => {
    const server = await startServer()
    const ana = new Poller('ana', 'chat:1')
    await ana.poll(server)
    const before = ana.request
    expect(await ana.poll(server, 20)).toEqual([])
    expect(ana.request).toEqual(before)
  })
})
