import { describe, expect, test, vi } from 'vitest'
import { RoomTyping, TYPING_MS } from '../src/typing.js'
import { contract } from './support/test-contract.js'
import { startServer } from './support/test-server.js'

describe('typing', () => {
  test('is told to the others, never to any connection of the typist', async () => {
    const server = await startServer()
    const [ana, tab, bo] = [await server.join('ana', 'lobby'), await server.join('ana', 'lobby'), await server.join('bo', 'lobby')]
    for (const on of [true, false]) {
      ana.send({ type: 'typing', on })
      expect(await bo.next('typing')).toEqual({ type: 'typing', room: 'lobby', user: 'ana', on })
    }
    for (const own of [ana, tab]) {
      await own.settled()
      expect(own.ofType('typing')).toEqual([])
    }
  })
  test('comes after the presence that introduces the typist', async () => {
    const server = await startServer()
    const bo = await server.join('bo', 'lobby')
    const ana = await server.join('ana', 'lobby')
    ana.send({ type: 'typing', on: true })
    await bo.next('typing')
    expect(bo.ofType('presence').flatMap(({ joined }) => joined.map(({ user }) => user))).toContain('ana')
  })
  test.each([
    ['leaves', (ana) => ana.send({ type: 'leave', room: 'lobby' })],
    ['closes', (ana) => ana.socket.close()],
    ['vanishes', (ana) => ana.socket.terminate()],
  ] satisfies [string, (ana: Awaited<ReturnType<Awaited<ReturnType<typeof startServer>>['join']>>) => void][])('ends when the typist %s', async (_, go) => {
    const server = await startServer({ presence: { graceMs: 60_000 } })
    const [ana, bo] = [await server.join('ana', 'lobby'), await server.join('bo', 'lobby')]
    ana.send({ type: 'typing', on: true })
    await bo.next('typing', ({ on }) => on)
    go(ana)
    expect(await bo.next('typing')).toMatchObject({ user: 'ana', on: false })
    expect((await server.enter('cy', 'lobby')).joined.typing).toEqual([])
  })
  test('`on: false` of one who was not typing is not told', async () => {
    const server = await startServer()
    const [ana, bo] = [await server.join('ana', 'lobby'), await server.join('bo', 'lobby')]
    ana.send({ type: 'typing', on: false })
    await ana.publish('note', 1)
    await bo.next('event')
    expect(bo.ofType('typing')).toEqual([])
  })
  test('stands in joined for those who come later, except for oneself', async () => {
    const server = await startServer()
    const [ana, bo] = [await server.join('ana', 'lobby'), await server.join('bo', 'lobby')]
    for (const typist of [ana, bo]) {
      typist.send({ type: 'typing', on: true })
      await typist.settled()
    }
    expect((await server.enter('cy', 'lobby')).joined.typing).toEqual(['ana', 'bo'])
    expect((await server.enter('ana', 'lobby')).joined.typing).toEqual(['bo'])
  })
  test('of somebody who is not shown is not told either', async () => {
    const server = await startServer({ contract, authorize: ({ user, action }) => (user.id === 'ghost' && action === 'presence' ? false : undefined) })
    const [ghost, bo] = [await server.join('ghost', 'chat:a'), await server.join('bo', 'chat:a')]
    ghost.send({ type: 'typing', on: true })
    await ghost.publish('message', { text: 'boo' })
    await bo.next('event')
    expect(bo.ofType('typing')).toEqual([])
  })
})

describe('what a node knows of typing', () => {
  test('ends six seconds after the last sign', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      const typing = new RoomTyping()
      typing.set('ana', true)
      vi.advanceTimersByTime(TYPING_MS - 1)
      typing.set('bo', true)
      expect(typing.users()).toEqual(['ana', 'bo'])
      vi.advanceTimersByTime(1)
      expect(typing.users()).toEqual(['bo'])
      typing.set('bo', false)
      expect(typing.users()).toEqual([])
    } finally {
      vi.useRealTimers()
    }
  })
})
