import { describe, expect, test } from 'vitest'
import { startServer } from './support/test-server.js'

describe.each(['at once', 'later'] as const)('a publish handler that answers %s', (when) => {
  const answering = (work: (publication: { readonly data: unknown; readonly user: { readonly id: string } }) => unknown) => (when === 'at once' ? work : async (publication: never) => work(publication)) as never

  test('sends what it sends before what it returns', async () => {
    const server = await startServer({}, { after: (app) => app.rooms.handle('chat', 'message', answering(({ data }) => {
      void app.rooms.send('chat:1', 'first', 1)
      return data
    })) })
    const ana = await server.join('ana', 'chat:1')
    await ana.publish('message', 2)
    expect([await ana.next('event'), await ana.next('event')]).toMatchObject([{ event: 'first', offset: 1 }, { event: 'message', offset: 2 }])
  })

  test('may have its own user rechecked: the answer comes before the goodbye', async () => {
    const gone = new Set<string>()
    const server = await startServer({ authorize: ({ user, action }) => action !== 'join' || !gone.has(user.id) }, { after: (app) => app.rooms.handle('chat', 'quit', answering(({ user }) => {
      gone.add(user.id)
      void app.rooms.recheck(user.id)
    })) })
    const ana = await server.join('ana', 'chat:1')
    ana.send({ type: 'publish', event: 'quit', data: null, id: 'quit' })
    await ana.closed
    expect(ana.frames.map(({ type }) => type).filter((type) => type === 'ack' || type === 'bye')).toEqual(['ack', 'bye'])
  })
})

test('a handler that throws at once gives its claim back, and one id is one publish', async () => {
  let runs = 0
  const server = await startServer({}, { after: (app) => app.rooms.handle('chat', 'message', (() => {
    if (++runs === 1) throw new Error('not yet')
    return runs
  }) as never) })
  const ana = await server.join('ana', 'chat:1')
  expect(await ana.publish('message', 1, { id: 'one' })).toMatchObject({ type: 'error', code: 'internal' })
  expect(await ana.publish('message', 1, { id: 'one' })).toMatchObject({ type: 'ack' })
  ana.send(...[2, 2, 3].map((data) => ({ type: 'publish' as const, event: 'message', data, id: 'two' })))
  await ana.settled()
  expect(runs).toBe(3)
  const answers = ana.frames.filter((frame) => 'id' in frame && frame.id === 'two' && frame.type !== 'event')
  expect(answers).toMatchObject([{ type: 'ack' }, { type: 'ack', duplicate: true }, { type: 'error', code: 'conflict' }])
})

describe('application code that answers with a thenable of its own', () => {
  // oxlint-disable-next-line unicorn/no-thenable -- it is what the tests are about
  const later = (settle: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void) => ({ then: settle }) as never

  test.each([[false], [null], [0]])('lets nobody in whom authorize refuses with %s', async (answer) => {
    const server = await startServer({ authorize: () => later((resolve) => resolve(answer)) })
    const client = await server.connect('ana')
    client.send({ type: 'join', room: 'lobby' })
    expect(await client.next('left')).toMatchObject({ room: 'lobby' })
  })
  test('is heard when onJoin refuses', async () => {
    const server = await startServer({}, { after: (app) => app.rooms.addHook('onJoin', () => later((_, reject) => reject(new Error('no')))) })
    const client = await server.connect('ana')
    client.send({ type: 'join', room: 'lobby' })
    expect(await client.next('left')).toMatchObject({ room: 'lobby' })
  })
  test('publishes what a handler\'s resolves with', async () => {
    const server = await startServer({}, { after: (app) => app.rooms.handle('chat', 'message', () => later((resolve) => resolve('said'))) })
    const ana = await server.join('ana', 'chat:1')
    await ana.publish('message', 1)
    expect(await ana.next('event')).toMatchObject({ data: 'said' })
  })
})
