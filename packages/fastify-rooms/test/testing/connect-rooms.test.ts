import { describe, expect, test } from 'vitest'
import { connectRooms } from '../../src/testing/index.js'
import { buildApp, tokenOf } from '../support/test-app.js'
import { ownTime } from '../support/own-time.js'

describe('connectRooms', () => {
  test('connects to an application that does not listen, and joins a room with a position or rewind', async () => {
    const app = await buildApp()
    const { position } = await app.rooms.send('chat:a/b'.replace('/', ':'), 'note', 1)
    await app.rooms.send('chat:a:b', 'note', 2)
    const ana = await connectRooms(app, { token: tokenOf(app, 'ana'), room: 'chat:a:b', position: position! })
    expect(ana.welcome).toMatchObject({ user: 'ana', connection: ana.connection })
    expect(ana.joined).toMatchObject({ recovered: true, replay: 1 })
    expect((await ana.next('note')).data).toBe(2)
    const bo = await connectRooms(app, { token: tokenOf(app, 'bo'), room: 'chat:a:b', rewind: 5 })
    expect([(await bo.next('note')).data, (await bo.next('note')).data]).toEqual([1, 2])
  })
  test('takes the plugin\'s prefix, headers, and no room', async () => {
    const app = await buildApp({ prefix: '/live' })
    const ana = await connectRooms(app, { prefix: '/live', headers: { authorization: `Bearer ${tokenOf(app, 'ana')}` } })
    expect(ana.joined).toBeUndefined()
    ana.send({ type: 'join', room: 'lobby' })
    expect((await ana.nextFrame('joined')).room).toBe('lobby')
    expect(await ana.publish('note', 1, { room: 'lobby' })).toMatchObject({ type: 'ack', room: 'lobby' })
  })
  test('rejects with the server\'s bye when it is refused', async () => {
    const app = await buildApp()
    await expect(connectRooms(app, { token: 'rubbish' })).rejects.toMatchObject({ message: 'refused with 4001: the token is not valid', code: 4001, retry: 'refresh' })
    await expect(connectRooms(app, { token: tokenOf(app, 'ana'), room: 'no room' })).rejects.toThrow('400')
  })
  test('loses nothing between two awaits, and hands each frame out once', async () => {
    const app = await buildApp()
    const ana = await connectRooms(app, { token: tokenOf(app, 'ana'), room: 'lobby' })
    for (let n = 0; n < 3; n++) await app.rooms.send('lobby', 'note', n)
    await app.rooms.send('lobby', 'other', 'x')
    expect((await ana.next('other')).data).toBe('x')
    for (let n = 0; n < 3; n++) expect((await ana.next('note')).data).toBe(n)
    expect(ana.frames.filter(({ type }) => type === 'event')).toHaveLength(4)
  })
  test('says what came instead of what never comes', async () => {
    const app = await buildApp()
    const ana = await connectRooms(app, { token: tokenOf(app, 'ana'), room: 'lobby' })
    await app.rooms.send('lobby', 'note', 1)
    await expect(ana.next('order.updated')).rejects.toThrow(/no event 'order\.updated' within 4000 ms; untaken frames: .*"event":"note"/)
  })
  test('closes at once on both sides', async () => {
    const app = await buildApp({ presence: { graceMs: 0 } })
    const [ana, bo] = [await connectRooms(app, { token: tokenOf(app, 'ana'), room: 'lobby' }), await connectRooms(app, { token: tokenOf(app, 'bo'), room: 'lobby' })]
    expect(await ana.close()).toBe(1000)
    while (!(await bo.nextFrame('presence')).left.includes('ana'));
    const ms = ownTime()
    await app.close()
    expect(await bo.closed).toBe(4200)
    expect(ms()).toBeLessThan(1_000)
  })
})
