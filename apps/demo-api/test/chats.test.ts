import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Message } from '../src/contract.js'
import { startDemo, type Demo } from './demo.js'
import { ownDatabase, type OwnDatabase } from './own-database.js'

let database: OwnDatabase
let demo: Demo
let chat: `chat:${string}`
let chats = 0
beforeAll(async () => {
  database = await ownDatabase()
  demo = await startDemo({ database: database.location })
})
beforeEach(() => { chat = `chat:room-${++chats}` })
afterAll(async () => {
  await demo.close()
  await database.drop()
})

/** A publish id no other test uses. */
const own = (id: string) => `${chat}-${id}`
const history = async (query = '') => (await demo.ask('bo', `/api/chats/${chat.slice(5)}/messages${query}`)).json<Message[]>()
const texts = (messages: Message[]) => messages.map(({ text }) => text)

describe('a chat', () => {
  test('is on offer by its title', async () => {
    expect((await demo.ask('ana', '/api/chats')).json()).toEqual([{ id: 'lobby', title: 'Lobby' }, { id: 'support', title: 'Support' }])
  })

  test('answers its messages, oldest first, with the place in the room', async () => {
    const response = await demo.ask('cleo', '/api/chats/lobby/messages')
    expect(response.json()).toMatchObject([{ id: 'seed-1', chat: 'lobby', author: 'sam', authorName: 'Sam' }, { id: 'seed-2', author: 'ana' }])
    expect(response.headers['rooms-position']).toBe(`chat:lobby=${await demo.app.rooms.position('chat:lobby')}`)
  })

  test('answers older pages before a message', async () => {
    const ana = await demo.join('ana', chat)
    for (const text of ['1', '2', '3', '4', '5']) await ana.publish('message', { text })
    const newest = await history('?limit=2')
    expect(texts(newest)).toEqual(['4', '5'])
    const older = await history(`?limit=2&before=${newest[0]?.id}`)
    expect(texts(older)).toEqual(['2', '3'])
    expect(texts(await history(`?limit=2&before=${older[0]?.id}`))).toEqual(['1'])
    expect(await history('?before=nothing')).toEqual([])
  })

  test.each(['?limit=0', '?limit=201', '?limit=many'])('refuses the page %s', async (query) => {
    expect((await demo.ask('bo', `/api/chats/lobby/messages${query}`)).json()).toMatchObject({ status: 400, issues: [{ path: 'limit' }] })
  })
})

describe('a published message', () => {
  test('is stored and reaches everybody with its author\'s name', async () => {
    const [ana, bo] = [await demo.join('ana', chat), await demo.join('bo', chat)]
    expect(await ana.publish('message', { text: '  Hello ' }, { id: own('m') })).toMatchObject({ type: 'ack', id: own('m') })
    const event = await bo.next('message')
    expect(event).toMatchObject({ id: own('m'), from: 'ana', data: { id: own('m'), chat: chat.slice(5), author: 'ana', authorName: 'Ana', text: 'Hello' } })
    expect(await history()).toEqual([event.data])
  })

  test('without text, or too long, is refused and stored nowhere', async () => {
    const ana = await demo.join('ana', chat)
    expect(await ana.publish('message', { text: '   ' })).toMatchObject({ type: 'error', code: 'invalid_data', issues: [{ path: 'text' }] })
    expect(await ana.publish('message', { text: 'x'.repeat(2001) })).toMatchObject({ type: 'error', code: 'invalid_data' })
    expect(await history()).toEqual([])
  })

  test('retried is stored once', async () => {
    const ana = await demo.join('ana', chat)
    await ana.publish('message', { text: 'Hello' }, { id: own('m') })
    expect(await ana.publish('message', { text: 'Hello' }, { id: own('m') })).toMatchObject({ type: 'ack', duplicate: true })
    expect(texts(await history())).toEqual(['Hello'])
  })

  test('retried after a restart is stored once, and sent as it was stored', async () => {
    const before = await demo.join('ana', chat)
    await before.publish('message', { text: 'Hello' }, { id: own('m') })
    const stored = (await before.next('message')).data
    await demo.close()
    demo = await startDemo({ database: database.location })
    const after = await demo.join('ana', chat)
    expect(await after.publish('message', { text: 'Hello' }, { id: own('m') })).toMatchObject({ type: 'ack' })
    expect((await after.next('message')).data).toEqual(stored)
    expect(await history()).toEqual([stored])
  })

  test('retried after a restart with other words is refused', async () => {
    const before = await demo.join('ana', chat)
    await before.publish('message', { text: 'Hello' }, { id: own('m') })
    await demo.close()
    demo = await startDemo({ database: database.location })
    const after = await demo.join('ana', chat)
    expect(await after.publish('message', { text: 'Other words' }, { id: own('m') })).toMatchObject({ type: 'error', code: 'conflict' })
    expect(texts(await history())).toEqual(['Hello'])
  })

  test('cannot take another message\'s id', async () => {
    const [ana, bo] = [await demo.join('ana', chat), await demo.join('bo', chat)]
    await ana.publish('message', { text: 'Mine' }, { id: own('m') })
    const elsewhere = await demo.join('ana', 'chat:elsewhere')
    const answers = [
      await bo.publish('message', { text: 'Mine' }, { id: own('m') }),
      await elsewhere.publish('message', { text: 'Mine' }, { id: own('m') }),
      await ana.publish('message', { text: 'Other words' }, { id: own('m') }),
    ]
    expect(answers).toMatchObject(answers.map(() => ({ type: 'error', code: 'conflict' })))
    expect(texts(await history())).toEqual(['Mine'])
  })
})
