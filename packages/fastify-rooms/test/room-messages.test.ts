import { describe, expect, test } from 'vitest'
import { contract } from './support/test-contract.js'
import { startServer } from './support/test-server.js'

describe('signals', () => {
  test('reach everybody but the connection that sent them, the user\'s other connections included, and leave no trace', async () => {
    const server = await startServer({ contract })
    const [ana, tab, bo] = [await server.join('ana', 'chat:a'), await server.join('ana', 'chat:a'), await server.join('bo', 'chat:a')]
    ana.send({ type: 'signal', signal: 'cursor', data: { x: 7, dropped: 1 } })
    for (const other of [tab, bo]) expect(await other.next('signal')).toEqual({ type: 'signal', room: 'chat:a', signal: 'cursor', data: { x: 7 }, from: 'ana' })
    await ana.settled()
    expect(ana.ofType('signal')).toEqual([])
    expect((await server.enter('cy', 'chat:a', { query: '?rewind=9' })).joined.replay).toBe(0)
  })
  test('without a contract are open, whatever their name and data', async () => {
    const server = await startServer()
    const [ana, bo] = [await server.join('ana', 'lobby'), await server.join('bo', 'lobby')]
    ana.send({ type: 'signal', signal: 'anything', data: null }, '{"type":"signal","signal":"absent"}')
    expect([(await bo.next('signal')).data, (await bo.next('signal')).data]).toEqual([null, null])
  })
  test.each([
    ['that the contract has not', 'waves', {}, 'forbidden'],
    ['that authorize refuses', 'cursor', { x: 0 }, 'forbidden', 'mute'],
    ['with data that breaks the contract', 'cursor', { x: 'no' }, 'invalid_data'],
  ])('%s are answered with an error, and nobody gets them', async (_, signal, data, code, user = 'ana') => {
    const server = await startServer({ contract, authorize: ({ user, action }) => (action === 'signal' && user.id === 'mute' ? false : undefined) })
    const [ana, bo] = [await server.join(user, 'chat:a'), await server.join('bo', 'chat:a')]
    ana.send({ type: 'signal', signal, data })
    expect(await ana.next('error')).toMatchObject({ code, room: 'chat:a' })
    await ana.publish('message', { text: 'x' })
    await bo.next('event')
    expect(bo.ofType('signal')).toEqual([])
  })
  test('to a room not joined are answered with not_joined, and so are typing, presence and members', async () => {
    const server = await startServer({ contract })
    const ana = await server.connect('ana')
    const room = 'chat:a'
    ana.send({ type: 'signal', room, signal: 'cursor', data: { x: 1 } }, { type: 'typing', room, on: true }, { type: 'presence', room, state: null }, { type: 'members', room })
    for (let n = 0; n < 4; n++) expect(await ana.next('error')).toEqual({ type: 'error', code: 'not_joined', message: "join 'chat:a' first", room })
  })
})
