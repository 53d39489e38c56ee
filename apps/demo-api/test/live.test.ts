import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Order } from '../src/contract.js'
import { startDemo, type Demo } from './demo.js'

let demo: Demo
beforeAll(async () => { demo = await startDemo() })
afterAll(() => demo.close())

const pay = (order: string) => demo.ask('sam', `/api/orders/${order}/status`, { method: 'POST', body: { status: 'paid' } })

describe('a status change over REST', () => {
  test('reaches the owner, whoever looks at the order, and the board, each as the answer has it', async () => {
    const rooms = await Promise.all([demo.join('cleo', 'user:cleo'), demo.join('cleo', 'order:1004'), demo.join('sam', 'board')])
    const answer = (await pay('1004')).json<Order>()
    const events = await Promise.all(rooms.map((room) => room.next('order.updated')))
    expect(events.map(({ data }) => data)).toEqual([answer, answer, answer])
  })

  test('is applied on top of a list by the position the list came with', async () => {
    const list = await demo.ask('ana', '/api/orders')
    const [, position] = String(list.headers['rooms-position']).split('=')
    const answer = (await pay('1005')).json<Order>()
    expect(await demo.app.rooms.history('user:ana', { since: position ?? '' })).toMatchObject([{ event: 'order.updated', data: answer }])
  })
})

describe('who may join', () => {
  test.each([
    ['bo', 'user:ana'],
    ['bo', 'order:1004'],
    ['ana', 'order:9999'],
    ['sam', 'order:nothing'],
    ['ana', 'board'],
    ['sam', 'board:another'],
  ] as const)('%s may not join %s', async (user, room) => {
    await expect(demo.join(user, room)).rejects.toMatchObject({ code: 4003 })
  })

  test.each([
    ['ana', 'user:ana'],
    ['sam', 'order:1004'],
    ['sam', 'board'],
    ['bo', 'todo:home'],
  ] as const)('%s may join %s and is shown by name and role', async (user, room) => {
    const { joined } = await demo.join(user, room)
    const { name, role } = user === 'sam' ? { name: 'Sam', role: 'staff' } : { name: user === 'ana' ? 'Ana' : 'Bo', role: 'customer' }
    expect(joined?.members).toContainEqual(expect.objectContaining({ user, info: { name, role } }))
  })

  test('nobody publishes into the rooms that only the server sends to', async () => {
    const cleo = await demo.join('cleo', 'order:1004')
    expect(await cleo.publish('order.updated', { id: '1004' })).toMatchObject({ type: 'error', code: 'forbidden' })
  })
})

describe('a client without any library', () => {
  test('joins over a real port with ?token=, publishes, and reads its own message back', async () => {
    const url = await demo.app.listen({ host: '127.0.0.1', port: 0 })
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/chat:lobby?token=${await demo.token('ana')}`)
    const seen: { type: string; event?: string; data?: { text: string } }[] = []
    const message = new Promise((resolve) => {
      socket.on('message', (frame) => {
        const object = JSON.parse(String(frame))
        seen.push(object)
        if (object.type === 'event') resolve(object.data.text)
      })
    })
    await once(socket, 'open')
    socket.send('{"type":"publish","event":"message","data":{"text":"by hand"}}')
    expect(await message).toBe('by hand')
    expect(seen.map(({ type }) => type).slice(0, 2)).toEqual(['welcome', 'joined'])
    socket.close()
    await once(socket, 'close')
  })
})
