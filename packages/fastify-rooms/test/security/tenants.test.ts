import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { RoomsOptions } from '../../src/index.js'
import { EventStream } from '../support/event-stream.js'
import { sendPoll } from '../support/poller.js'
import { RawClient } from '../support/raw-client.js'
import { tokenOf } from '../support/test-app.js'
import { startServer, type TestServer } from '../support/test-server.js'

const SECRET_TEXT = 'the salaries of acme'
const ROOM = 'doc:acme:7'

/** Documents belong to tenants; a user's name begins with theirs. */
const OPTIONS: RoomsOptions = {
  contract: { doc: { access: 'authorize', events: { changed: z.any() }, publish: { changed: z.any() }, signals: { wave: z.any() } }, user: { access: 'owner' } },
  authorize: { doc: ({ user, room }) => room.id.split(':')[0] === user.id.split('-')[0] },
}

/** A room of acme with a member, a history and a state, and where it stands. */
async function occupied(): Promise<{ server: TestServer; position: string }> {
  const server = await startServer(OPTIONS)
  const ana = await server.join('acme-ana', ROOM)
  await server.app.rooms.send(ROOM, 'changed', { text: SECRET_TEXT })
  const { position } = await server.app.rooms.send(ROOM, 'changed', { text: SECRET_TEXT })
  ana.send({ type: 'presence', state: { editing: SECRET_TEXT } })
  await ana.settled()
  return { server, position: position! }
}

describe('a user of another tenant learns nothing of a room', () => {
  test('over a WebSocket, by any object', async () => {
    const { server, position } = await occupied()
    const eve = await server.connect('globex-eve')
    eve.send(
      { type: 'join', room: ROOM }, { type: 'join', room: ROOM, position }, { type: 'join', room: ROOM, rewind: 100 }, { type: 'members', room: ROOM }, { type: 'members', room: ROOM, after: '' },
      { type: 'publish', room: ROOM, event: 'changed', data: 'forged', id: 'p-1' }, { type: 'signal', room: ROOM, signal: 'wave', data: 1 }, { type: 'presence', room: ROOM, state: 'forged' }, { type: 'typing', room: ROOM, on: true }, { type: 'leave', room: ROOM },
    )
    for (let n = 0; n < 6; n++) await eve.next('error', ({ code }) => code === 'not_joined')
    await server.app.rooms.send(ROOM, 'changed', { text: SECRET_TEXT })
    await eve.settled()
    expect(eve.messages.join('\n')).not.toContain(SECRET_TEXT)
    expect(eve.messages.join('\n')).not.toContain('acme-ana')
    expect(eve.ofType('left').map(({ code }) => code)).toEqual([4003, 4003, 4003, 1000])
    expect(eve.ofType('joined')).toEqual([])
    expect((await server.app.rooms.history(ROOM)).map(({ data }) => data)).not.toContain('forged')
    const bound = new RawClient(`${server.url}/ws/${encodeURIComponent(ROOM)}?rewind=100`, { token: tokenOf(server.app, 'globex-eve') })
    expect((await bound.closed).code).toBe(4003)
    expect(bound.messages.join('\n')).not.toContain(SECRET_TEXT)
  })
  test('over SSE, poll and POST', async () => {
    const { server, position } = await occupied()
    const path = encodeURIComponent(ROOM)
    const answers = [
      await sendPoll(server, 'globex-eve', null, { method: 'GET', path: `/sse/${path}?rewind=100&position=${encodeURIComponent(position)}`, headers: { 'last-event-id': position } }),
      await sendPoll(server, 'globex-eve', null, { method: 'GET', path: `/poll/${path}?rewind=100&position=${encodeURIComponent(position)}&waitMs=0` }),
      await sendPoll(server, 'globex-eve', { type: 'publish', event: 'changed', data: 'forged' }, { path: `/rooms/${path}` }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403])
    const poll = await sendPoll(server, 'globex-eve', { rooms: { [ROOM]: position }, rewind: { [ROOM]: 100 }, presence: { [ROOM]: 0 }, waitMs: 0 })
    expect(poll.body).toMatchObject({ messages: [{ type: 'welcome' }, { type: 'left', code: 4003 }], positions: {} })
    expect(JSON.stringify([answers, poll])).not.toMatch(/salaries|acme-ana/)
  })
  test('by the connection of one of its members', async () => {
    const { server, position } = await occupied()
    const ana = await sendPoll(server, 'acme-ana', { rooms: { [ROOM]: position }, waitMs: 0 })
    const { connection } = ana.body
    const stolen = await sendPoll(server, 'globex-eve', { rooms: { [ROOM]: position }, connection, waitMs: 0 })
    expect(stolen.body['connection']).not.toBe(connection)
    expect(JSON.stringify(stolen.body)).not.toMatch(/salaries|acme-ana/)
    expect(await sendPoll(server, 'globex-eve', { type: 'presence', state: 'forged' }, { path: `/rooms/${encodeURIComponent(ROOM)}`, headers: { 'rooms-connection': String(connection) } })).toMatchObject({ status: 403 })
  })
})

describe('a room that one may not join and one that does not exist answer alike', () => {
  const [forbidden, unknown] = ['doc:acme:7', 'doc:zzzz:7']
  const [foreign, noKind] = ['user:acme-ana', 'nope:acme-ana']
  test.each([[forbidden, unknown], [foreign, noKind]])('%s and %s, on every transport', async (one, other) => {
    const { server } = await occupied()
    const eve = await server.connect('globex-eve')
    const ask = async (room: string): Promise<unknown[]> => {
      const path = encodeURIComponent(room)
      eve.send({ type: 'join', room }, { type: 'members', room }, { type: 'publish', room, event: 'x', data: 1, id: 'p-1' })
      const bound = new RawClient(`${server.url}/ws/${path}`, { token: tokenOf(server.app, 'globex-eve') })
      const requests = await Promise.all([
        sendPoll(server, 'globex-eve', null, { method: 'GET', path: `/sse/${path}` }),
        sendPoll(server, 'globex-eve', null, { method: 'GET', path: `/poll/${path}?waitMs=0` }),
        sendPoll(server, 'globex-eve', { type: 'publish', event: 'x', id: 'p-1' }, { path: `/rooms/${path}` }),
      ])
      const said = [await eve.next('left'), await eve.next('error'), await eve.next('error'), await bound.closed, await bound.next('bye'), ...requests.map(({ status, body }) => ({ status, body }))]
      return JSON.parse(JSON.stringify(said).replaceAll(room, 'ROOM')) as unknown[]
    }
    expect(await ask(one)).toEqual(await ask(other))
  })
})

test('who is sent away or loses a room is so on an event stream as well', async () => {
  const banned = new Set<string>()
  const server = await startServer({ contract: OPTIONS.contract!, authorize: { doc: ({ user }) => !banned.has(user.id) } })
  const open = (user: string): Promise<EventStream> => EventStream.open(`http://127.0.0.1:${server.port}/sse/${encodeURIComponent(ROOM)}`, { authorization: `Bearer ${tokenOf(server.app, user)}` })
  const [ana, bo] = [await open('acme-ana'), await open('acme-bo')]
  for (const stream of [ana, bo]) await stream.next('joined')
  await server.app.rooms.disconnect({ user: 'acme-ana' })
  expect((await ana.next('bye')).data).toMatchObject({ code: 4010, retry: 'never' })
  banned.add('acme-bo')
  await server.app.rooms.recheck('acme-bo')
  expect((await bo.next('bye')).data).toMatchObject({ code: 4003 })
  await Promise.all([ana.ended, bo.ended])
})
