import { describe, expect, test, vi } from 'vitest'
import { Control } from '../src/control.js'
import { type BrokerLink, memoryBroker } from '../src/index.js'
import { watchProcess } from './bad-input/neighbour.js'
import { eventually } from './support/eventually.js'
import { logLines } from './support/log-lines.js'
import { startServer } from './support/test-server.js'
import { contract } from './support/test-contract.js'

/** Two nodes of one cluster. */
async function twoNodes(options: Parameters<typeof startServer>[0] = {}) {
  const broker = memoryBroker()
  return [await startServer({ ...options, broker }), await startServer({ ...options, broker })] as const
}

describe('rooms.disconnect', () => {
  test('of a user ends every connection on every node with 4010', async () => {
    const [near, far] = await twoNodes()
    const [one, two, bo] = [await near.connect('ana'), await far.join('ana', 'lobby'), await far.join('bo', 'lobby')]
    await near.app.rooms.disconnect({ user: 'ana' })
    for (const client of [one, two]) {
      expect(await client.next('bye')).toEqual({ type: 'bye', code: 4010, reason: 'disconnected by the server', retry: 'never' })
      expect((await client.closed).code).toBe(4010)
    }
    expect(await bo.publish('note', 1)).toMatchObject({ type: 'ack' })
  })
  test('of a connection ends that one, wherever it is', async () => {
    const [near, far] = await twoNodes()
    const [one, two] = [await far.connect('ana'), await far.connect('ana')]
    await near.app.rooms.disconnect({ connection: one.ofType('welcome')[0]!.connection })
    expect((await one.closed).code).toBe(4010)
    await two.settled()
    await near.app.rooms.disconnect({ connection: 'nobody' })
  })
  test('of a room takes everyone out of it; shared connections stay, bound ones end', async () => {
    const [near, far] = await twoNodes()
    const [shared, bound] = [await near.connect('ana'), await far.join('bo', 'lobby')]
    shared.send({ type: 'join', room: 'lobby' }, { type: 'join', room: 'other' })
    await shared.next('joined', ({ room }) => room === 'other')
    await far.app.rooms.disconnect({ room: 'lobby' })
    expect(await shared.next('left')).toEqual({ type: 'left', room: 'lobby', code: 4010, reason: 'removed by the server', retry: 'never' })
    expect((await bound.closed).code).toBe(4010)
    expect(await shared.publish('note', 1, { room: 'other' })).toMatchObject({ type: 'ack' })
    expect(await near.app.rooms.size('lobby')).toBe(0)
  })
  test.each([[{}], [{ user: 7 }], [{ everyone: true }]])('refuses %j', async (who) => {
    const [near] = await twoNodes()
    await expect(near.app.rooms.disconnect(who as never)).rejects.toMatchObject({ code: 'FST_ROOMS_TARGET' })
  })
})

test('what is no message of a node is logged and keeps nobody from the next one, also where it comes while the stream is read', async () => {
  watchProcess()
  const broker = memoryBroker()
  const log = logLines()
  const server = await startServer({ broker }, { server: log.server })
  const stranger = await broker.open({ log: server.app.log, presence: { leaseMs: 25_000, renewMs: 8_000 }, memberChanged: () => {} })
  const client = await server.join('ana', 'lobby')
  const say = (head: string) => stranger.append({ room: '!control', id: 'x', head, tail: '}', except: null, history: { size: 10, ttlMs: 60_000 }, key: null })
  await say('not json ')
  await Promise.all([stranger.restart('!control'), say('not json '), say('{"message":null,')])
  await server.app.rooms.disconnect({ user: 'ana' })
  expect((await client.closed).code).toBe(4010)
  await eventually(() => expect(log.lines().filter(({ msg }) => String(msg).startsWith('a message between the nodes')).length).toBe(3))
})

describe('rooms.recheck', () => {
  test('asks authorize again for every room of the user on every node: who may not stay is told, the rest stays', async () => {
    let banned = ''
    const [near, far] = await twoNodes({ contract, authorize: ({ room, user }) => (user.id === banned && room.id === 'a' ? false : undefined) })
    const [ana, bo] = [await far.connect('ana'), await far.join('bo', 'chat:a')]
    ana.send({ type: 'join', room: 'chat:a' }, { type: 'join', room: 'chat:b' })
    await ana.next('joined', ({ room }) => room === 'chat:b')
    banned = 'ana'
    await near.app.rooms.recheck('ana')
    expect(await ana.next('left')).toEqual({ type: 'left', room: 'chat:a', code: 4003, reason: 'you may not be in this room any more', retry: 'never' })
    expect(await ana.publish('message', { text: 'x' }, { room: 'chat:b' })).toMatchObject({ type: 'ack' })
    await bo.settled()
    expect(bo.ofType('bye')).toEqual([])
  })
  test('replaces grants', async () => {
    let publish: string[] = []
    const [near] = await twoNodes({ contract, authorize: () => ({ publish }) })
    const ana = await near.join('ana', 'chat:a')
    expect(await ana.publish('message', { text: 'x' })).toMatchObject({ code: 'forbidden' })
    publish = ['message']
    await near.app.rooms.recheck('ana')
    await ana.settled()
    expect(await ana.publish('message', { text: 'x' })).toMatchObject({ type: 'ack' })
  })
  test('also asks again about a join that is under way', async () => {
    const answers: ((answer: boolean) => void)[] = []
    const [near] = await twoNodes({ contract, authorize: () => new Promise<boolean>((resolve) => { answers.push(resolve) }) })
    const ana = await near.connect('ana')
    ana.send({ type: 'join', room: 'off' })
    await ana.settled()
    await near.app.rooms.recheck('ana')
    answers[0]!(true)
    await ana.next('joined')
    await ana.settled()
    answers[1]!(false)
    expect(await ana.next('left')).toMatchObject({ room: 'off', code: 4003 })
  })
  test('shows or hides a user, as authorize says now', async () => {
    let shown = true
    const [near] = await twoNodes({ contract, authorize: ({ user, action }) => (user.id === 'ana' && action === 'presence' ? shown : undefined) })
    const [ana, bo] = [await near.join('ana', 'chat:a'), await near.join('bo', 'chat:a')]
    await bo.next('presence')
    for (const now of [false, true]) {
      shown = now
      await near.app.rooms.recheck('ana')
      expect(await bo.next('presence')).toMatchObject(now ? { joined: [{ user: 'ana', state: null }], size: 2 } : { left: ['ana'], size: 1 })
    }
    expect(ana.ofType('left')).toEqual([])
  })
})

test('what is closed while it opens leaves no timer behind', async () => {
  vi.useFakeTimers()
  try {
    let answer: (page: Awaited<ReturnType<BrokerLink['read']>>) => void = () => {}
    const link = { subscribe: async () => ({ close: async () => {} }), read: () => new Promise((resolve) => { answer = resolve }) } as unknown as BrokerLink
    const control = new Control(link, { carryOut() {}, recheckAll() {}, failed() {}, misunderstood() {}, brokerLive() {} })
    const opened = control.open()
    await vi.advanceTimersByTimeAsync(0)
    await control.close()
    answer({ end: { epoch: 'e', offset: 0, tag: '-' }, entries: [], verdict: 'ok', more: false })
    await opened
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})
