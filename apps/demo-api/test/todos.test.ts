import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Todo } from '../src/contract.js'
import { startDemo, type Demo } from './demo.js'

let demo: Demo
let list: string
let lists = 0
beforeAll(async () => { demo = await startDemo() })
beforeEach(() => { list = `list-${++lists}` })
afterAll(() => demo.close())

/** An event id no other test uses. */
const own = (id: string) => `${list}-${id}`
const items = async (user = 'ana') => (await demo.ask(user, `/api/todos/${list}`)).json<Todo[]>()
const add = (text: string, eventId?: string) => demo.ask('ana', `/api/todos/${list}`, { method: 'POST', body: { text }, eventId })
const added = async (text: string) => (await add(text)).json<Todo>()
const change = (user: string, { id }: Pick<Todo, 'id'>, body: object, eventId?: string) => demo.ask(user, `/api/todos/${list}/${id}`, { method: 'PATCH', body, eventId })
const remove = ({ id }: Pick<Todo, 'id'>, eventId?: string) => demo.ask('ana', `/api/todos/${list}/${id}`, { method: 'DELETE', eventId })
const events = () => demo.app.rooms.history(`todo:${list}`)

describe('a list', () => {
  test('is shared by everybody, oldest first, and carries its place in the room', async () => {
    const response = await demo.ask('bo', '/api/todos/home')
    expect(response.json<Todo[]>().map(({ id, done }) => [id, done])).toEqual([['seed-1', true], ['seed-2', false], ['seed-3', false]])
    expect(response.headers['rooms-position']).toBe(`todo:home=${await demo.app.rooms.position('todo:home')}`)
  })

  test('nobody used is empty, and one with a bad name is refused', async () => {
    expect(await items()).toEqual([])
    expect((await demo.ask('ana', '/api/todos/Two%20words')).statusCode).toBe(400)
  })
})

describe('adding', () => {
  test('gives the to-do the event\'s id, so that a predicted row stays itself', async () => {
    const response = await add('Buy milk', own('a'))
    expect(response.statusCode).toBe(201)
    const todo = response.json<Todo>()
    expect(todo).toMatchObject({ id: own('a'), list, text: 'Buy milk', done: false, revision: 1 })
    expect(await events()).toMatchObject([{ event: 'todo.upserted', id: own('a'), from: 'ana', data: todo }])
    expect(await items('bo')).toEqual([todo])
  })

  test('without an id makes one', async () => {
    expect((await added('One')).id).not.toBe((await added('Two')).id)
  })

  test('retried makes one to-do and one event', async () => {
    await add('Buy milk', own('a'))
    expect((await add('Buy milk', own('a'))).statusCode).toBe(201)
    expect(await items()).toHaveLength(1)
    expect(await events()).toHaveLength(1)
  })

  test('retried after somebody removed it does not bring it back', async () => {
    await add('Buy milk', own('a'))
    await remove({ id: own('a') })
    expect((await add('Buy milk', own('a'))).statusCode).toBe(404)
    expect(await items()).toEqual([])
  })

  test('under an id that is taken answers 409', async () => {
    await add('Buy milk', own('a'))
    expect((await add('Buy oats', own('a'))).json()).toMatchObject({ status: 409, code: 'id_reused' })
  })
})

describe('changing', () => {
  test('stores what is given, counts, and tells the room', async () => {
    const todo = await added('Order oat milk')
    const ticked = (await change('bo', todo, { done: true }, own('c'))).json<Todo>()
    expect(ticked).toEqual({ ...todo, done: true, revision: 2 })
    const renamed = (await change('ana', todo, { text: 'Order soy milk' })).json<Todo>()
    expect(renamed).toEqual({ ...todo, text: 'Order soy milk', done: true, revision: 3 })
    expect(await events()).toMatchObject([{ data: todo }, { event: 'todo.upserted', id: own('c'), from: 'bo', data: ticked }, { data: renamed }])
  })

  test('retried after somebody changed it back leaves the other\'s change alone', async () => {
    const todo = await added('Order oat milk')
    await change('ana', todo, { done: true }, own('c1'))
    await change('bo', todo, { done: false }, own('c2'))
    const retried = await change('ana', todo, { done: true }, own('c1'))
    expect(retried.json()).toMatchObject({ done: false, revision: 3 })
    expect((await events()).map(({ id }) => id).slice(1)).toEqual([own('c1'), own('c2')])
  })

  test('nothing, or a to-do of another list, is refused', async () => {
    const todo = await added('Order oat milk')
    expect((await change('ana', todo, {})).json()).toMatchObject({ status: 400, detail: expect.stringContaining('say what to change') })
    const elsewhere = await demo.ask('ana', `/api/todos/office/${todo.id}`, { method: 'PATCH', body: { done: true } })
    expect(elsewhere.json()).toMatchObject({ status: 404, code: 'todo_unknown' })
  })
})

describe('removing', () => {
  test('takes it from the list and tells the room; a retry is no error', async () => {
    const [first, second] = [await added('One'), await added('Two')]
    expect((await remove(first, own('r'))).statusCode).toBe(204)
    expect((await remove(first, own('r'))).statusCode).toBe(204)
    expect(await items()).toEqual([second])
    expect((await events()).slice(2)).toMatchObject([{ event: 'todo.removed', id: own('r'), data: { id: first.id } }])
  })

  test('what is gone answers 404', async () => {
    const todo = await added('One')
    await remove(todo)
    expect((await remove(todo)).json()).toMatchObject({ status: 404, code: 'todo_unknown' })
  })
})
