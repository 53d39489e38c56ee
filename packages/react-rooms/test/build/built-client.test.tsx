// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import { createElement as h } from 'react'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type * as Client from '../../src/client/index.js'
import type * as Core from '../../src/index.js'
import type * as Query from '../../src/query/index.js'
import { FakeServer } from '../fake-server.js'
import { acted } from '../react/render.js'
import { dist } from './declarations.js'

// What is built, with its shortened names, does what the source does; the entry points share one client and one context.
const core = await import(join(dist, 'index.js')) as typeof Core
const client = await import(join(dist, 'client/index.js')) as typeof Client
const query = await import(join(dist, 'query/index.js')) as typeof Query

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const pass = (ms: number): Promise<void> => acted(() => vi.advanceTimersByTimeAsync(ms))
const connect = (server: FakeServer, user: string) => client.createRoomsClient({ url: 'https://example.test', WebSocket: server.WebSocket, transports: ['websocket'], getToken: () => user })

it('publishes, hears, resumes, types, signals, shows presence and closes', async () => {
  const server = new FakeServer()
  const [ana, bo] = [connect(server, 'ana'), connect(server, 'bo')]
  const [here, there] = [ana.room('chat:1'), bo.room('chat:1')]
  const [hers, his]: unknown[][] = [[], []]
  const releases = [
    here.onAny(({ type, offset }) => hers!.push([type, offset])), here.on('message', (data, { from, replayed }) => hers!.push([data, from, replayed])),
    here.onSignal('cursor', (data, { from }) => hers!.push([data, from])), here.onReset((reason) => hers!.push(reason)),
    there.onJoined(({ recovered }) => his!.push(recovered)), there.onEvents(({ event }, { offset }) => his!.push([event, offset])),
  ]
  await pass(0)
  await expect(there.publish('message', 'one', { id: 'mine' })).resolves.toMatchObject({ id: 'mine' })
  there.signal('cursor', 1)
  there.setState({ status: 'away' })
  there.setTyping(true)
  await pass(100)
  server.drop()
  server.missed('chat:1', 'message', 'two')
  const queued = here.publish('message', 'three')
  await pass(1_000)
  await expect(queued).resolves.toBeDefined()
  expect(hers).toEqual([['event', 1], ['one', 'bo', false], [1, 'bo'], ['event', 2], ['two', undefined, true], ['event', 3], ['three', 'ana', false]])
  expect(his).toEqual([undefined, ['message', 1], true, ['message', 2], ['message', 3]])
  expect([ana.user(), ana.connection().status, here.status(), here.recoverable(), here.position() === there.position()]).toEqual(['ana', 'connected', 'live', true, true])
  expect(server.room('chat:1').members.map(({ user, state }) => [user, state])).toEqual([['ana', null], ['bo', { status: 'away' }]])
  for (const release of releases) release()
  const late = here.publish('message', 'four').catch((error: unknown) => error)
  await ana.close()
  expect(await late).toBeInstanceOf(core.RoomsPublishError)
  await bo.close()
  await pass(0)
  expect([server.open.length, vi.getTimerCount()]).toEqual([0, 0])
})

it('feeds hooks and queries', async () => {
  const server = new FakeServer()
  const rooms = connect(server, 'ana')
  const queryClient = new QueryClient()
  const detach = query.attachQueryClient(rooms, queryClient)
  const items = query.roomQuery({
    room: 'chat:1', queryKey: ['items'], on: { message: (list, text) => [...list as string[], String(text)] },
    queryFn: async ({ seen }): Promise<string[]> => {
      seen({ headers: { get: () => `chat:1=${server.room('chat:1').position}` } })
      return ['first']
    },
  })
  function Page() {
    const room = core.useRoom('chat:1')
    const { members } = core.usePresence(room)
    const [mine, patch] = core.useMyPresence(room)
    const { onInput } = core.useTyping(room)
    core.useRoomEvent(room, 'message', (text) => { if (text === 'hello') patch({ status: 'greeted' }) })
    const { data } = useQuery(items)
    const shown = [core.useConnection(({ status }) => status), core.useRoomStatus(room), members.length, JSON.stringify(mine), core.useGrants(room).publish.join(), String(data)]
    return h('p', { onClick: () => onInput() }, shown.join(' '))
  }
  const { container, unmount } = render(h(core.RoomsProvider, { client: rooms }, h(QueryClientProvider, { client: queryClient }, h(Page))))
  await pass(100)
  expect(container.textContent).toBe('connected live 1 null message first')
  server.send('chat:1', 'message', 'hello')
  await pass(100)
  container.querySelector('p')!.click()
  await pass(0)
  expect(container.textContent).toBe('connected live 1 {"status":"greeted"} message first,hello')
  expect(server.sent('typing')).toHaveLength(1)
  unmount()
  detach()
  await rooms.close()
  expect(server.open).toHaveLength(0)
})
