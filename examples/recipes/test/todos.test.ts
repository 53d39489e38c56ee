import { connectRooms } from 'fastify-rooms/testing'
import { expect, it } from 'vitest'
import { buildApp } from '../server/app.js'

it('shows a saved to-do to everyone who has the list open', async () => {
  const app = await buildApp()
  const token = app.jwt.sign({ sub: 'ana', name: 'Ana' }, { expiresIn: '1h' })
  const bo = await connectRooms(app, { token: app.jwt.sign({ sub: 'bo', name: 'Bo' }, { expiresIn: '1h' }), room: 'todo:home' })

  await app.inject({ method: 'PUT', url: '/api/todos/home/1', headers: { authorization: `Bearer ${token}` }, payload: { text: 'Milk', done: false } })

  expect((await bo.next('todo.saved')).data).toEqual({ id: '1', text: 'Milk', done: false })
  await app.close()
})

it('answers who publishes, and refuses what the contract refuses', async () => {
  const app = await buildApp()
  const ana = await connectRooms(app, { token: app.jwt.sign({ sub: 'ana', name: 'Ana' }, { expiresIn: '1h' }), room: 'chat:lobby' })

  expect(await ana.publish('message', { text: ' Hello ' })).toMatchObject({ type: 'ack' })
  expect((await ana.next('message')).data).toMatchObject({ author: 'Ana', text: 'Hello' })
  expect(await ana.publish('message', { text: '' })).toMatchObject({ type: 'error', code: 'invalid_data' })
  await app.close()
})
