import { describe, expect, test } from 'vitest'
import { memoryBroker, RoomsRefusal } from '../src/index.js'
import { Diary } from './support/diary.js'
import { logLines } from './support/log-lines.js'
import { RawClient } from './support/raw-client.js'
import { tokenOf } from './support/test-app.js'
import { startServer } from './support/test-server.js'

describe('lifecycle hooks', () => {
  test('run once each, in order, over a connection\'s life', async () => {
    const diary = new Diary()
    const server = await startServer({ presence: { graceMs: 0 } }, { after: (app) => diary.attach(app) })
    const client = await server.join('ana', 'lobby')
    client.socket.close()
    await diary.noted('onDisconnect ana')
    expect(diary.notes).toEqual(['onConnect ana', 'onJoin ana lobby', 'onMemberJoined ana lobby', 'onMemberLeft ana lobby', 'onLeave ana lobby', 'onDisconnect ana'])
  })
  test('a member joins and leaves once, whatever the number of connections; each connection joins and leaves', async () => {
    const diary = new Diary()
    const server = await startServer({ presence: { graceMs: 0 } }, { after: (app) => diary.attach(app) })
    const [one, two] = [await server.join('ana', 'lobby'), await server.join('ana', 'lobby')]
    for (const client of [one, two]) {
      client.send({ type: 'leave', room: 'lobby' })
      await client.next('left')
    }
    await diary.noted('onMemberLeft ana lobby')
    const count = (note: string): number => diary.notes.filter((each) => each === note).length
    expect([count('onMemberJoined ana lobby'), count('onMemberLeft ana lobby')]).toEqual([1, 1])
    expect([count('onJoin ana lobby'), count('onLeave ana lobby')]).toEqual([2, 2])
  })
  test('of two nodes, the one that holds the connection runs its hooks, and one of them the member\'s', async () => {
    const broker = memoryBroker()
    const [here, there] = [new Diary(), new Diary()]
    const near = await startServer({ broker, presence: { graceMs: 0 } }, { after: (app) => here.attach(app) })
    await startServer({ broker, presence: { graceMs: 0 } }, { after: (app) => there.attach(app) })
    const client = await near.join('ana', 'lobby')
    client.socket.terminate()
    await here.noted('onDisconnect ana')
    expect([...here.notes, ...there.notes].sort()).toEqual(['onConnect ana', 'onDisconnect ana', 'onJoin ana lobby', 'onLeave ana lobby', 'onMemberJoined ana lobby', 'onMemberLeft ana lobby'])
    expect(there.notes.filter((note) => !note.startsWith('onMember'))).toEqual([])
  })
  test('joining again a room one is in runs no hook', async () => {
    const diary = new Diary()
    const server = await startServer({}, { after: (app) => diary.attach(app) })
    const client = await server.join('ana', 'lobby')
    client.send({ type: 'join', room: 'lobby' })
    await client.next('joined')
    expect(diary.notes.filter((note) => note === 'onJoin ana lobby')).toHaveLength(1)
  })
  test('onLeave also follows an onJoin whose join came to nothing, because the client went meanwhile', async () => {
    const notes: string[] = []
    let proceed: () => void = () => {}
    let began: () => void = () => {}
    const running = new Promise<void>((resolve) => { began = resolve })
    const gone = new Promise<void>((resolve) => { proceed = resolve })
    const server = await startServer({}, { after: (app) => {
      app.rooms.addHook('onJoin', async () => {
        notes.push('onJoin')
        began()
        await gone
      })
      app.rooms.addHook('onDisconnect', () => proceed())
      app.rooms.addHook('onLeave', () => { notes.push('onLeave') })
    } })
    const client = await server.connect('ana')
    client.send({ type: 'join', room: 'lobby' })
    await running
    client.socket.terminate()
    await gone
    await server.app.close()
    expect(notes).toEqual(['onJoin', 'onLeave'])
  })
})

describe('a hook that throws', () => {
  test.each([['onConnect'], ['onJoin']] as const)('%s refuses with 4003 and the text of a RoomsRefusal', async (hook) => {
    const server = await startServer({}, { after: (app) => app.rooms.addHook(hook as 'onConnect', async () => { throw new RoomsRefusal('banned', 'you were asked to stay away') }) })
    const client = new RawClient(`${server.url}/ws/lobby`, { token: tokenOf(server.app, 'ana') })
    expect(await client.next('bye')).toEqual({ type: 'bye', code: 4003, reason: 'you were asked to stay away', retry: 'never' })
    expect((await client.closed).code).toBe(4003)
  })
  test('onJoin refuses on a shared connection with `left`, and the connection stays', async () => {
    const server = await startServer({}, { after: (app) => app.rooms.addHook('onJoin', ({ room }) => { if (room.id === 'no') throw new RoomsRefusal('full', 'the room is full') }) })
    const client = await server.connect('ana')
    client.send({ type: 'join', room: 'chat:no' }, { type: 'join', room: 'chat:yes' })
    expect(await client.next('left')).toEqual({ type: 'left', room: 'chat:no', code: 4003, reason: 'the room is full', retry: 'never' })
    expect((await client.next('joined')).room).toBe('chat:yes')
    expect(await server.app.rooms.size('chat:no')).toBe(0)
  })
  test('the text of any other error stays inside', async () => {
    const server = await startServer({}, { after: (app) => app.rooms.addHook('onJoin', () => { throw new Error('password') }) })
    const client = await server.connect('ana')
    client.send({ type: 'join', room: 'lobby' })
    expect(await client.next('left')).toMatchObject({ code: 4003, reason: 'refused' })
    expect(client.messages.join()).not.toContain('password')
  })
  test('hooks that only watch are logged, and run for the next one all the same', async () => {
    const log = logLines()
    const server = await startServer({ presence: { graceMs: 0 } }, { server: log.server, after: (app) => {
      app.rooms.addHook('onLeave', () => { throw new Error('onLeave') })
      app.rooms.addHook('onMemberLeft', async () => { throw new Error('onMemberLeft') })
    } })
    const client = await server.join('ana', 'lobby')
    client.send({ type: 'leave', room: 'lobby' })
    await client.next('left')
    await client.settled()
    const failed = log.lines().filter(({ msg }) => /^rooms hook .* failed$/.test(String(msg))).map(({ msg }) => msg)
    expect(failed.sort()).toEqual(['rooms hook onLeave failed', 'rooms hook onMemberLeft failed'])
  })
})
