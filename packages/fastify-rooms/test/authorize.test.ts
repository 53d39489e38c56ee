import { describe, expect, test, vi } from 'vitest'
import { type Authorize, roomName } from '../src/index.js'
import { contract as common } from './support/test-contract.js'
import { forgeToken, inSeconds } from './support/forged-token.js'
import { RawClient } from './support/raw-client.js'
import { startServer, type TestServer } from './support/test-server.js'

const contract = { ...common, doc: { access: 'authorize', events: common.chat.events, publish: common.chat.publish, signals: common.chat.signals } } as const

/** `joined` or `left`, and why. */
async function tryJoin(server: TestServer, user: string, room: string): Promise<string> {
  const client = await new RawClient(`${server.url}/ws`, { token: forgeToken({ sub: user, exp: inSeconds(60) }) }).opened()
  client.send({ type: 'join', room })
  return Promise.race([client.next('joined').then(() => 'joined'), client.next('left').then(({ code }) => `left ${code}`)])
}

describe('access', () => {
  test("'authenticated' lets any signed-in user in, 'authorize' nobody unless told", async () => {
    const server = await startServer({ contract, authorize: { doc: () => undefined } })
    expect(await tryJoin(server, 'ana', 'chat:a')).toBe('joined')
    expect(await tryJoin(server, 'ana', 'doc:a')).toBe('left 4003')
  })
  test.each(['ana', 'ana@example.com', 'a~b', 'a:b', 'é/ü', 'x'.repeat(128), 'ana b'])("'owner' lets %j into the room named for that user, and nobody else", async (user) => {
    const server = await startServer({ contract: common })
    expect(await tryJoin(server, user, roomName('user', user))).toBe('joined')
    expect(await tryJoin(server, 'bo', roomName('user', user))).toBe('left 4003')
  })
  test("'owner' refuses the bare room, and a user whose room name would be too long", async () => {
    const server = await startServer({ contract: common })
    expect(await tryJoin(server, 'user', 'user')).toBe('left 4003')
    expect(await tryJoin(server, 'é'.repeat(64), `user:${'~c3'.repeat(42)}`)).toBe('left 4003')
  })
})

describe('authorize', () => {
  test('is asked at the join, each publish and each signal, and about presence and history', async () => {
    const authorize = vi.fn<Authorize>().mockReturnValue(true)
    const server = await startServer({ contract, authorize })
    const ana = await server.join('ana', 'chat:a', { query: '?rewind=5' })
    await ana.publish('message', { text: 'x' })
    ana.send({ type: 'signal', signal: 'cursor', data: { x: 1 } })
    await ana.settled()
    const room = { name: 'chat:a', kind: 'chat', id: 'a' }
    expect(authorize.mock.calls.map(([{ user, ...question }]) => ({ ...question, user: user.id }))).toEqual([
      { user: 'ana', room, action: 'join' }, { user: 'ana', room, action: 'history' }, { user: 'ana', room, action: 'presence' },
      { user: 'ana', room, action: 'publish', name: 'message' }, { user: 'ana', room, action: 'signal', name: 'cursor' },
    ])
  })
  test('answering grants is not asked again: they decide', async () => {
    const authorize = vi.fn<Authorize>().mockResolvedValue({ publish: [], signal: ['cursor'], history: false })
    const server = await startServer({ contract, authorize })
    const { client: ana, joined } = await server.enter('ana', 'doc:a', { query: '?rewind=5' })
    expect(joined.grants).toEqual({ publish: [], signal: ['cursor'], presence: true, history: false })
    expect(await ana.publish('message', { text: 'x' })).toMatchObject({ code: 'forbidden', message: "you may not publish 'message' here" })
    expect(authorize).toHaveBeenCalledTimes(1)
  })
  test('grants list only what the contract has; a list left out grants none', async () => {
    const server = await startServer({ contract, authorize: () => ({ publish: ['message', 'more'] }) })
    expect((await server.enter('ana', 'doc:a')).joined.grants).toEqual({ publish: ['message'], signal: [], presence: true, history: true })
    const open = await startServer({ authorize: () => ({ publish: ['note'] }) })
    expect((await open.enter('ana', 'lobby')).joined.grants).toEqual({ publish: ['note'], signal: [], presence: true, history: true })
  })
  test('undefined falls back to access, at every question, sync and async', async () => {
    for (const answer of [() => undefined, async () => undefined]) {
      const server = await startServer({ contract, authorize: answer })
      expect(await tryJoin(server, 'ana', 'user:bo')).toBe('left 4003')
      const ana = await server.join('ana', 'user:ana')
      await ana.settled()
      const chat = await server.join('ana', 'chat:a')
      expect(await chat.publish('message', { text: 'x' })).toMatchObject({ type: 'ack' })
    }
  })
  test('false refuses what access would allow, true allows what it would refuse', async () => {
    const server = await startServer({ contract, authorize: ({ user }) => user.id === 'ana' })
    expect([await tryJoin(server, 'ana', 'user:bo'), await tryJoin(server, 'bo', 'user:bo')]).toEqual(['joined', 'left 4003'])
  })
  test('anything else is a no, also from plain JavaScript: nothing is let in by accident', async () => {
    for (const answer of [0, 1, '', 'yes', null, Number.NaN, ['message'], new Error('no'), { publish: 'message' }, { signal: {} }, { history: null }, { presence: 0 }]) for (const wrap of [(value: unknown) => value, async (value: unknown) => value]) {
      const server = await startServer({ contract, authorize: () => wrap(answer) as never })
      expect(await tryJoin(server, 'ana', 'chat:a'), JSON.stringify(answer)).toBe('left 4003')
    }
  })
  test('per kind, the kinds left out keep their access', async () => {
    const server = await startServer({ contract, authorize: { doc: ({ room }) => room.id === 'open' } })
    expect([await tryJoin(server, 'ana', 'doc:open'), await tryJoin(server, 'ana', 'doc:closed'), await tryJoin(server, 'ana', 'chat:a'), await tryJoin(server, 'ana', 'user:bo')]).toEqual(['joined', 'left 4003', 'joined', 'left 4003'])
  })
  test('no kind is found in what every object inherits', async () => {
    const server = await startServer({ authorize: { lobby: () => true } })
    expect(await tryJoin(server, 'ana', 'constructor')).toBe('joined')
    const strict = await startServer({ contract, authorize: { doc: () => true } })
    expect(await tryJoin(strict, 'ana', 'constructor')).toBe('left 4003')
  })
  test('that throws is no permission: the join answers 1011, the publish `internal`', async () => {
    let throws = false
    const server = await startServer({ contract, authorize: async () => {
      if (throws) throw new Error('no database')
      return true
    } })
    const ana = await server.join('ana', 'chat:a')
    throws = true
    expect(await ana.publish('message', { text: 'x' })).toMatchObject({ code: 'internal' })
    expect(await tryJoin(server, 'ana', 'chat:a')).toBe('left 1011')
  })
})

describe('parts of a room', () => {
  test('presence refused: not listed, no state, no typing, yet in the room', async () => {
    const server = await startServer({ contract, authorize: ({ user, action }) => (user.id === 'ghost' ? action !== 'presence' : undefined) })
    const bo = await server.join('bo', 'chat:a')
    const { client: ghost, joined } = await server.enter('ghost', 'chat:a')
    expect(joined).toMatchObject({ members: [{ user: 'bo' }], size: 1, grants: { presence: false } })
    ghost.send({ type: 'presence', state: { status: 'here' } })
    expect(await ghost.next('error')).toMatchObject({ code: 'forbidden' })
    await bo.publish('message', { text: 'x' })
    await ghost.next('event')
    expect(await server.app.rooms.size('chat:a')).toBe(1)
  })
  test('history refused: a position does not recover, a rewind gives nothing, live events come', async () => {
    const server = await startServer({ contract, authorize: ({ action }) => (action === 'history' ? false : undefined) })
    const { position } = await server.app.rooms.send('chat:a', 'message', { text: '1' })
    await server.app.rooms.send('chat:a', 'message', { text: '2' })
    const { client, joined } = await server.enter('ana', 'chat:a', { query: `?position=${encodeURIComponent(position!)}&rewind=9` })
    expect(joined).toMatchObject({ recovered: false, reason: 'forbidden', replay: 0 })
    expect((await server.enter('bo', 'chat:a', { query: '?rewind=9' })).joined).not.toHaveProperty('recovered')
    await server.app.rooms.send('chat:a', 'message', { text: '3' })
    expect((await client.next('event')).data).toEqual({ text: '3' })
  })
})

describe('an auth frame asks again', () => {
  const token = (more: object = {}) => forgeToken({ sub: 'ana', exp: inSeconds(60), ...more })

  test('who may not stay gets `left` on a shared connection, `bye` on a bound one', async () => {
    let allowed = true
    const server = await startServer({ contract, authorize: ({ room }) => (room.id === 'a' ? allowed : undefined) })
    const [shared, bound] = [await server.connect('ana'), await server.join('ana', 'chat:a')]
    shared.send({ type: 'join', room: 'chat:a' }, { type: 'join', room: 'chat:b' })
    await shared.next('joined', ({ room }) => room === 'chat:b')
    allowed = false
    for (const client of [shared, bound]) client.send({ type: 'auth', token: token(), id: 'a' })
    expect(await shared.next('left')).toMatchObject({ room: 'chat:a', code: 4003, retry: 'never' })
    expect(await bound.next('bye')).toMatchObject({ code: 4003, retry: 'never' })
    expect(await shared.publish('message', { text: 'x' }, { room: 'chat:b' })).toMatchObject({ type: 'ack' })
  })
  test('with the claims of the new token, and its grants replace the old ones', async () => {
    const server = await startServer({ contract, authorize: ({ user, action }) => (action === 'join' ? { publish: (user.claims?.['publish'] as string[] | undefined) ?? [] } : undefined) })
    const ana = await server.join('ana', 'chat:a')
    expect(await ana.publish('message', { text: 'x' })).toMatchObject({ code: 'forbidden' })
    ana.send({ type: 'auth', token: token({ publish: ['message'] }), id: 'a' })
    await ana.next('ack', ({ id }) => id === 'a')
    expect(await ana.publish('message', { text: 'x' })).toMatchObject({ type: 'ack' })
  })
  test('also about a join that is still under way', async () => {
    const answers: ((answer: boolean) => void)[] = []
    const server = await startServer({ contract, authorize: () => new Promise<boolean>((resolve) => { answers.push(resolve) }) })
    const ana = await server.connect('ana')
    ana.send({ type: 'join', room: 'off' })
    await ana.settled()
    ana.send({ type: 'auth', token: token(), id: 'a' })
    await ana.next('ack')
    answers[0]!(true)
    await ana.next('joined')
    await ana.settled()
    answers[1]!(false)
    expect(await ana.next('left')).toMatchObject({ room: 'off', code: 4003 })
  })
})
