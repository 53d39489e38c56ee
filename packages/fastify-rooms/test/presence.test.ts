import { foldPresence, type Member, type PresenceFrame } from 'rooms-protocol'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Diary } from './support/diary.js'
import type { RawClient } from './support/raw-client.js'
import { contract } from './support/test-contract.js'
import { startServer } from './support/test-server.js'

/** Diffs of 100 ms come in one frame, so a change of somebody new may stand in `joined`. */
const shows = (wanted: Partial<Member>) => ({ joined, changed }: PresenceFrame) => [...joined, ...changed].some((each) => Object.entries(wanted).every(([key, value]) => JSON.stringify(each[key as keyof Member]) === JSON.stringify(value)))
const member = (user: string, more: object = {}) => ({ user, info: null, state: null, connections: 1, since: expect.any(Number) as number, ...more })

afterEach(() => { vi.useRealTimers() })

describe('who is in a room', () => {
  test('two tabs are one member, who leaves with the last of them', async () => {
    const server = await startServer({ presence: { graceMs: 0 } })
    const bo = await server.join('bo', 'lobby')
    await bo.next('presence')
    const one = await server.join('ana', 'lobby')
    expect(await bo.next('presence')).toEqual({ type: 'presence', room: 'lobby', left: [], joined: [member('ana')], changed: [], size: 2 })
    const { client: two, joined } = await server.enter('ana', 'lobby')
    expect(joined).toMatchObject({ members: [member('ana', { connections: 2 }), member('bo')], size: 2 })
    expect(await bo.next('presence')).toMatchObject({ left: [], joined: [], changed: [member('ana', { connections: 2 })], size: 2 })
    one.socket.close()
    expect(await bo.next('presence')).toMatchObject({ left: [], changed: [member('ana')], size: 2 })
    two.socket.terminate()
    expect(await bo.next('presence')).toEqual({ type: 'presence', room: 'lobby', left: ['ana'], joined: [], changed: [], size: 1 })
  })
  test('one who comes back within presence.graceMs never left', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const diary = new Diary()
    const server = await startServer({ presence: { graceMs: 600 } }, { after: (app) => diary.attach(app) })
    const bo = await server.join('bo', 'lobby')
    const goes = async (client: RawClient): Promise<void> => {
      diary.notes.length = 0
      client.socket.terminate()
      await diary.noted('onDisconnect ana')
    }
    await goes(await server.join('ana', 'lobby'))
    vi.advanceTimersByTime(500)
    const again = await server.join('ana', 'lobby')
    vi.advanceTimersByTime(500)
    await bo.next('presence', ({ joined, changed }) => [...joined, ...changed].some(({ user }) => user === 'ana'))
    await goes(again)
    vi.advanceTimersByTime(500)
    await bo.settled()
    expect(bo.ofType('presence').flatMap(({ left }) => left)).toEqual([])
    vi.advanceTimersByTime(500)
    expect(await bo.next('presence', ({ left }) => left.length > 0)).toMatchObject({ left: ['ana'], size: 1 })
  })
  test('one whom the server told never to come back leaves without a grace', async () => {
    const server = await startServer({ presence: { graceMs: 60_000 } })
    const [ana, bo] = [await server.join('ana', 'lobby'), await server.join('bo', 'lobby')]
    ana.socket.send(Buffer.alloc(1), { binary: true })
    expect((await ana.closed).code).toBe(1003)
    await bo.next('presence', ({ left }) => left.includes('ana'))
  })
  test('the frames of a busy room, folded, give what the room holds', async () => {
    const server = await startServer({ presence: { graceMs: 0 }, limits: { members: 1_000 } })
    const { client: watcher, joined } = await server.enter('watcher', 'lobby')
    const clients = await Promise.all(Array.from({ length: 30 }, (_, n) => server.join(`u${n % 20}`, 'lobby')))
    await Promise.all(clients.map(async (client, n) => {
      client.send({ type: 'presence', state: n })
      await client.settled()
      if (n % 3 === 0) client.socket.terminate()
    }))
    const folded = () => watcher.ofType('presence').reduce((members, frame) => foldPresence(members, frame), new Map(joined.members.map((each) => [each.user, each])) as ReadonlyMap<string, Member>)
    const connections = () => [...folded().values()].reduce((sum, each) => sum + each.connections, 0)
    while (connections() !== 1 + 20) await watcher.next('presence')
    expect([...folded().values()].sort((a, b) => (a.user < b.user ? -1 : 1))).toEqual(await server.app.rooms.members('lobby'))
    expect(watcher.ofType('presence').at(-1)!.size).toBe(await server.app.rooms.size('lobby'))
  })
})

describe('kinds that show less', () => {
  test("'count' tells the size and nobody's name", async () => {
    const server = await startServer({ contract, presence: { graceMs: 0 } })
    const bo = await server.join('bo', 'count')
    await bo.next('presence')
    const ana = await server.join('ana', 'count')
    expect(await bo.next('presence')).toEqual({ type: 'presence', room: 'count', left: [], joined: [], changed: [], size: 2 })
    ana.socket.terminate()
    expect(await bo.next('presence', ({ size }) => size === 1)).toMatchObject({ left: [] })
    bo.send({ type: 'members' })
    expect((await bo.next('members')).members).toEqual([])
    expect(await server.app.rooms.size('count')).toBe(1)
  })
  test("'off' tells nothing", async () => {
    const server = await startServer({ contract })
    const bo = await server.join('bo', 'off')
    await server.join('ana', 'off')
    bo.send({ type: 'presence', state: 1 })
    expect(await bo.next('error')).toMatchObject({ code: 'forbidden', room: 'off' })
    await bo.settled()
    expect(bo.ofType('presence')).toEqual([])
    expect(await server.app.rooms.size('off')).toBe(0)
  })
})

describe('presence state', () => {
  test('is validated, shown to everyone, replaced as a whole, and cleared by null', async () => {
    const server = await startServer({ contract })
    const [ana, bo] = [await server.join('ana', 'chat:a'), await server.join('bo', 'chat:a')]
    for (const state of [{ status: 'here' }, { status: 'away' }, null] as const) {
      ana.send({ type: 'presence', state })
      await bo.next('presence', shows({ user: 'ana', state }))
    }
  })
  test('that the contract or limits.stateBytes refuses changes nothing', async () => {
    const server = await startServer({ contract: { ...contract, free: { access: 'authenticated' } }, limits: { stateBytes: 50 } })
    const ana = await server.connect('ana')
    ana.send({ type: 'join', room: 'chat:a', state: { status: 'here' } }, { type: 'join', room: 'free' })
    await ana.next('joined', ({ room }) => room === 'free')
    ana.send({ type: 'presence', room: 'chat:a', state: { status: 'asleep' } })
    expect(await ana.next('error')).toMatchObject({ code: 'invalid_data', room: 'chat:a', issues: [{ path: 'status' }] })
    ana.send({ type: 'presence', room: 'free', state: 'é'.repeat(25) })
    expect(await ana.next('error')).toMatchObject({ code: 'too_large', room: 'free', message: expect.stringContaining('limits.stateBytes (50)') })
    ana.send({ type: 'presence', room: 'free', state: 'é'.repeat(24) })
    await ana.settled()
    expect((await server.app.rooms.members('chat:a'))[0]).toMatchObject({ state: { status: 'here' } })
    expect((await server.app.rooms.members('free'))[0]).toMatchObject({ state: 'é'.repeat(24) })
  })
  test('is that of the user\'s newest connection, and since is that of the oldest', async () => {
    const server = await startServer({ presence: { graceMs: 0 } })
    const [old, bo] = [await server.join('ana', 'lobby'), await server.join('bo', 'lobby')]
    const { since } = (await server.app.rooms.members('lobby'))[0]!
    const recent = await server.join('ana', 'lobby')
    recent.send({ type: 'presence', state: 'new' })
    await recent.settled()
    old.send({ type: 'presence', state: 'old' })
    await old.settled()
    expect((await server.app.rooms.members('lobby'))[0]).toMatchObject({ state: 'new', connections: 2, since })
    recent.socket.terminate()
    await bo.next('presence', shows({ user: 'ana', state: 'old', connections: 1 }))
  })
  test('survives a resynchronisation that brings none', async () => {
    const server = await startServer()
    const ana = await server.join('ana', 'lobby')
    ana.send({ type: 'presence', state: 'mine' }, { type: 'join', room: 'lobby' })
    expect((await ana.next('joined')).members[0]!.state).toBe('mine')
  })
})

describe('members', () => {
  test('are asked for page by page, in order of user', async () => {
    const server = await startServer({ limits: { members: 2 } })
    for (const user of ['eve', 'bo', 'dee', 'cy']) await server.join(user, 'lobby')
    const { client: ana, joined } = await server.enter('ana', 'lobby')
    expect([joined.members.map(({ user }) => user), joined.more]).toEqual([['ana', 'bo'], true])
    const page = async (after?: string) => {
      ana.send({ type: 'members', ...(after === undefined ? {} : { after }) })
      const { members, ...rest } = await ana.next('members')
      return { users: members.map(({ user }) => user), ...rest }
    }
    expect(await page('bo')).toEqual({ type: 'members', room: 'lobby', users: ['cy', 'dee'], more: true })
    expect(await page('dee')).toEqual({ type: 'members', room: 'lobby', users: ['eve'] })
    expect(await page('c')).toMatchObject({ users: ['cy', 'dee'] })
    expect(await page()).toMatchObject({ users: ['ana', 'bo'], more: true })
    expect(await page('zoe')).toMatchObject({ users: [] })
  })
})
